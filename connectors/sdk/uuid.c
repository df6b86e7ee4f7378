/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/uuid.h"

#define UUID_LENGTH 36

bool sdk_is_uuid(struct ent_str s)
{
	if (s.n != UUID_LENGTH)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? s.p[i] != '-' : sdk_hex_value(s.p[i]) < 0)
			return false;
	}
	return true;
}
