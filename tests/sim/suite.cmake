# SPDX-License-Identifier: Apache-2.0
# The simulator: base, core, store, the relay and one connector. It links no libmicrohttpd, librdkafka or curl. The
# disk and the log have tests of their own; see run for the whole.
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

add_library(sim_worlds OBJECT ${sim}/main.c ${sim}/sim.c ${sim}/client.c ${sim}/broker.c ${sim}/book.c ${sim}/wire.c
	${sim}/plan.c ${sim}/check.c ${sim}/check_stream.c ${sim}/check_state.c ${sim}/check_rebuild.c ${sim}/world.c
	${sim}/disk.c ${sim}/vfs.c ${sim}/cluster.c ${sim}/producer.c ${sim_connector_sources})
target_include_directories(sim_worlds PRIVATE ${CMAKE_SOURCE_DIR}/broker)
target_link_libraries(sim_worlds PRIVATE entente_flags entente_sdk PkgConfig::sqlite3)

add_library(sim_relay STATIC ${sim_relay_sources})
target_include_directories(sim_relay PRIVATE ${CMAKE_SOURCE_DIR}/broker)
target_link_libraries(sim_relay PRIVATE entente_flags entente_sdk)

add_executable(simulate $<TARGET_OBJECTS:sim_worlds>)
target_link_libraries(simulate PRIVATE entente_flags sim_relay entente_store PkgConfig::sqlite3 Threads::Threads)

# ---- the way out: writer, store, core and link; no Kafka, no curl ----------------------------------
file(GLOB sim_link_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/broker/link/*.c)
list(FILTER sim_link_sources EXCLUDE REGEX "(plugin|transfers_curl|sending|link_thread)\\.c$")
file(GLOB sim_out_sources CONFIGURE_DEPENDS ${sim}/out/*.c)

add_library(sim_out OBJECT ${sim_out_sources} ${sim}/world.c ${sim}/disk.c ${sim}/vfs.c)
target_include_directories(sim_out PRIVATE ${CMAKE_SOURCE_DIR}/broker)
target_link_libraries(sim_out PRIVATE entente_flags entente_sdk PkgConfig::sqlite3)
add_library(sim_link STATIC ${sim_link_sources})
target_include_directories(sim_link PRIVATE ${CMAKE_SOURCE_DIR}/broker)
target_link_libraries(sim_link PRIVATE entente_flags entente_sdk)

add_executable(simulate_out $<TARGET_OBJECTS:sim_out>)
target_link_libraries(simulate_out PRIVATE entente_flags sim_link entente_store PkgConfig::sqlite3 Threads::Threads)
