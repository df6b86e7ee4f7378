# Transcripts of the connectors, and their run over the material of ../shared where it lies. No connector has to build
# for the program to: `ninja run_cases connector_NAME`.
add_executable(run_cases ${CMAKE_CURRENT_LIST_DIR}/run_cases.c ${CMAKE_CURRENT_LIST_DIR}/harness.c
	${CMAKE_CURRENT_LIST_DIR}/changes.c ${CMAKE_CURRENT_LIST_DIR}/dialog.c ${CMAKE_CURRENT_LIST_DIR}/dialog_call.c
	${CMAKE_CURRENT_LIST_DIR}/dialog_check.c ${CMAKE_CURRENT_LIST_DIR}/settings.c)
target_link_libraries(run_cases PRIVATE entente_flags entente_base entente_sdk PkgConfig::libcrypto PkgConfig::yaml_0_1 ${CMAKE_DL_LIBS})
foreach(name ${connector_names})
	file(GLOB cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/${name}/*.case)
	if(cases)
		add_test(NAME cases/${name}
			COMMAND run_cases ${CMAKE_BINARY_DIR}/connectors ${CMAKE_CURRENT_LIST_DIR} ${name})
	endif()
endforeach()

add_executable(run_fixtures ${CMAKE_CURRENT_LIST_DIR}/run_fixtures.c ${CMAKE_CURRENT_LIST_DIR}/vectors.c
	${CMAKE_CURRENT_LIST_DIR}/harness.c ${CMAKE_CURRENT_LIST_DIR}/changes.c)
target_link_libraries(run_fixtures PRIVATE entente_flags entente_sdk PkgConfig::libcrypto ${CMAKE_DL_LIBS})
add_dependencies(run_fixtures connector_native connector_servicenow connector_jira connector_zendesk connector_github)
add_test(NAME cases/fixtures COMMAND run_fixtures ${CMAKE_BINARY_DIR}/connectors ${CMAKE_SOURCE_DIR}/../shared)

# the harness itself: connectors with one fault each
set(case_faults ${CMAKE_CURRENT_BINARY_DIR}/faults)
foreach(fault RANGE 17)
	add_library(fault_${fault} MODULE ${CMAKE_CURRENT_LIST_DIR}/faults.c)
	target_compile_definitions(fault_${fault} PRIVATE FAULT=${fault})
	target_link_libraries(fault_${fault} PRIVATE entente_flags entente_abi entente_sdk)
	target_link_options(fault_${fault} PRIVATE -Wl,--exclude-libs,ALL)
	set_target_properties(fault_${fault} PROPERTIES PREFIX "" OUTPUT_NAME faulty LIBRARY_OUTPUT_DIRECTORY ${case_faults}/${fault})
	add_dependencies(run_cases fault_${fault})
endforeach()
add_test(NAME cases/harness COMMAND ${CMAKE_CURRENT_LIST_DIR}/check_harness $<TARGET_FILE:run_cases> ${case_faults})
