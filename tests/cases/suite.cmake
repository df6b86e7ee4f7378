# Transcripts of the connectors, and their run over the material of ../shared where it lies. No connector has to build
# for the program to: `ninja run_cases connector_NAME`.
add_executable(run_cases ${CMAKE_CURRENT_LIST_DIR}/run_cases.c ${CMAKE_CURRENT_LIST_DIR}/harness.c
	${CMAKE_CURRENT_LIST_DIR}/changes.c ${CMAKE_CURRENT_LIST_DIR}/dialog.c ${CMAKE_CURRENT_LIST_DIR}/dialog_call.c
	${CMAKE_CURRENT_LIST_DIR}/dialog_check.c ${CMAKE_CURRENT_LIST_DIR}/settings.c)
target_link_libraries(run_cases PRIVATE entente_flags entente_sdk PkgConfig::libcrypto PkgConfig::yaml_0_1 ${CMAKE_DL_LIBS})
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
