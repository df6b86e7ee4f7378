# SPDX-License-Identifier: Apache-2.0
# The simulator. The disk and the log have tests of their own; see run for the whole.

add_executable(sim_disk ${CMAKE_CURRENT_LIST_DIR}/test_disk.c ${CMAKE_CURRENT_LIST_DIR}/disk.c
	${CMAKE_CURRENT_LIST_DIR}/vfs.c ${CMAKE_CURRENT_LIST_DIR}/world.c)
target_link_libraries(sim_disk PRIVATE entente_flags entente_base PkgConfig::sqlite3)
add_test(NAME sim/disk COMMAND sim_disk)

add_executable(sim_kafka ${CMAKE_CURRENT_LIST_DIR}/test_kafka.c ${CMAKE_CURRENT_LIST_DIR}/cluster.c
	${CMAKE_CURRENT_LIST_DIR}/producer.c ${CMAKE_CURRENT_LIST_DIR}/world.c ${CMAKE_SOURCE_DIR}/broker/bus/relay_record.c)
target_link_libraries(sim_kafka PRIVATE entente_flags entente_core)
add_test(NAME sim/kafka COMMAND sim_kafka)
