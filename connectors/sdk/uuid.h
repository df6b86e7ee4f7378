/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SDK_UUID_H
#define SDK_UUID_H

#include "sdk/str.h"

bool sdk_is_uuid(struct ent_str s); /* as text: 8-4-4-4-12 hex digits of either case, and nothing else */

#endif
