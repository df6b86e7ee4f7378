# SPDX-License-Identifier: Apache-2.0
# The simulator: base, core, store, the relay and one connector, compiled again for each mutant. It links no
# libmicrohttpd, librdkafka or curl. The disk and the log have tests of their own; see run for the whole.
set(sim ${CMAKE_CURRENT_LIST_DIR})

add_executable(sim_disk ${sim}/test_disk.c ${sim}/disk.c ${sim}/vfs.c ${sim}/world.c)
target_link_libraries(sim_disk PRIVATE entente_flags entente_base PkgConfig::sqlite3)
add_test(NAME sim/disk COMMAND sim_disk)

add_executable(sim_kafka ${sim}/test_kafka.c ${sim}/cluster.c ${sim}/producer.c ${sim}/world.c
	${CMAKE_SOURCE_DIR}/broker/bus/relay_record.c)
target_link_libraries(sim_kafka PRIVATE entente_flags entente_core)
add_test(NAME sim/kafka COMMAND sim_kafka)

get_target_property(sim_store_sources entente_store SOURCES)
get_target_property(sim_core_sources entente_core SOURCES)
file(GLOB sim_relay_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/broker/bus/relay*.c)
file(GLOB sim_connector_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/connectors/native/*.c)

add_library(sim_worlds OBJECT ${sim}/main.c ${sim}/sim.c ${sim}/client.c ${sim}/broker.c ${sim}/book.c ${sim}/wire.c
	${sim}/plan.c ${sim}/check.c ${sim}/check_stream.c ${sim}/check_state.c ${sim}/check_rebuild.c ${sim}/world.c
	${sim}/disk.c ${sim}/vfs.c ${sim}/cluster.c ${sim}/producer.c ${sim_connector_sources})
target_include_directories(sim_worlds PRIVATE ${CMAKE_SOURCE_DIR}/broker)
target_link_libraries(sim_worlds PRIVATE entente_flags entente_sdk PkgConfig::sqlite3)

# entente_simulate(NAME [MUTANT]): the whole under one seed; a mutant has a known mistake and must be found.
function(entente_simulate name)
	add_executable(${name} $<TARGET_OBJECTS:sim_worlds> ${sim_store_sources} ${sim_core_sources} ${sim_relay_sources})
	target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/broker)
	target_compile_definitions(${name} PRIVATE $<TARGET_PROPERTY:entente_store,COMPILE_DEFINITIONS>)
	target_link_libraries(${name} PRIVATE entente_flags entente_base PkgConfig::sqlite3 PkgConfig::libzstd Threads::Threads)
	if(ARGC GREATER 1)
		target_compile_definitions(${name} PRIVATE ENTENTE_MUTANT_${ARGV1})
	endif()
endfunction()

entente_simulate(simulate)
foreach(mutant ANSWER_EARLY POSITION_OUTSIDE POSITION_EARLY NO_DEDUPE ARRIVAL_ORDER SYNC_OFF
		WAL_UNSETTLED)
	string(TOLOWER simulate_${mutant} target)
	entente_simulate(${target} ${mutant})
endforeach()
