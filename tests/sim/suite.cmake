# SPDX-License-Identifier: Apache-2.0
# The simulator: base, core, store, view, face, the link, the relay and two connectors. It links no librdkafka or curl,
# and of edge the reader of bytes alone. The disk and the log have tests of their own; see run for the whole.
set(sim ${CMAKE_CURRENT_LIST_DIR})

add_executable(sim_disk ${sim}/test_disk.c ${sim}/disk.c ${sim}/vfs.c ${sim}/world.c)
target_link_libraries(sim_disk PRIVATE entente_flags entente_base PkgConfig::sqlite3)
add_test(NAME sim/disk COMMAND sim_disk)

add_executable(sim_kafka ${sim}/test_kafka.c ${sim}/cluster.c ${sim}/producer.c ${sim}/world.c
	${CMAKE_SOURCE_DIR}/broker/bus/record.c)
target_link_libraries(sim_kafka PRIVATE entente_flags entente_core)
add_test(NAME sim/kafka COMMAND sim_kafka)

file(GLOB sim_relay_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/broker/bus/relay*.c ${CMAKE_SOURCE_DIR}/broker/bus/record.c)
file(GLOB sim_connector_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/connectors/native/*.c)
file(GLOB sim_link_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/broker/link/*.c)
list(FILTER sim_link_sources EXCLUDE REGEX "(plugin|transfers_curl|sending|link_thread)\\.c$")
file(GLOB sim_sources CONFIGURE_DEPENDS ${sim}/*.c)
list(FILTER sim_sources EXCLUDE REGEX "/test_[a-z]+\\.c$")

add_library(sim_worlds OBJECT ${sim_sources} ${sim_connector_sources})
target_include_directories(sim_worlds PRIVATE ${CMAKE_SOURCE_DIR}/broker)
target_link_libraries(sim_worlds PRIVATE entente_flags entente_sdk PkgConfig::sqlite3)

add_library(sim_broker STATIC ${sim_relay_sources} ${sim_link_sources} ${CMAKE_SOURCE_DIR}/broker/edge/guard.c)
target_include_directories(sim_broker PRIVATE ${CMAKE_SOURCE_DIR}/broker)
target_link_libraries(sim_broker PRIVATE entente_flags entente_sdk)

add_executable(simulate $<TARGET_OBJECTS:sim_worlds>)
target_link_libraries(simulate PRIVATE entente_flags sim_broker entente_face PkgConfig::sqlite3 Threads::Threads)
