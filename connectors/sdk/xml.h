/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML read into JSON, for tools that speak nothing else: each element is
 * {"name", "attr": {..}, "text": its own words and those inside, "child": [..]}. A prefix stays in a name ("dc:date").
 * No document type is read, so no entity but the five of XML and numbers: nothing grows, nothing is fetched.
 */
#ifndef SDK_XML_H
#define SDK_XML_H

#include "sdk/json.h"

#define SDK_XML_DEPTH_MAX    48
#define SDK_XML_ELEMENTS_MAX 50000

/* The root element. ENT_EINVAL names the byte: not well-formed, too deep, too many elements. */
enum ent_rc sdk_xml_to_json(struct ent_str xml, struct sdk_jsonw *w, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
