# SPDX-License-Identifier: Apache-2.0
# The simulator. The disk and the log have tests of their own; see run for the whole.

add_executable(sim_disk ${CMAKE_CURRENT_LIST_DIR}/test_disk.c ${CMAKE_CURRENT_LIST_DIR}/disk.c
	${CMAKE_CURRENT_LIST_DIR}/vfs.c ${CMAKE_CURRENT_LIST_DIR}/world.c)
target_link_libraries(sim_disk PRIVATE entente_flags entente_base PkgConfig::sqlite3)
add_test(NAME sim/disk COMMAND sim_disk)
