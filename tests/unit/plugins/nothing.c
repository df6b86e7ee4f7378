/* SPDX-License-Identifier: Apache-2.0 */
/* A library that is no connector. */
__attribute__((visibility("default"))) int nothing_here(void);

int nothing_here(void)
{
	return 0;
}
