# entente_connector(NAME [LINK libs...]) builds connectors/NAME/*.c into NAME.so. A connector sees the
# contract and the sdk, nothing of the broker: an include of broker/ does not resolve.
function(entente_connector name)
	cmake_parse_arguments(C "" "" "LINK" ${ARGN})
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/connectors/${name}/*.c)
	add_library(connector_${name} MODULE ${sources})
	set_target_properties(connector_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
		LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/connectors)
	target_link_libraries(connector_${name} PRIVATE entente_flags entente_abi entente_sdk ${C_LINK})
	target_link_options(connector_${name} PRIVATE -Wl,--exclude-libs,ALL)
	if(NOT ENTENTE_SANITIZE) # the sanitizers' own symbols come with the program
		target_link_options(connector_${name} PRIVATE -Wl,-z,defs)
	endif()
	install(TARGETS connector_${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/entente/connectors)
endfunction()

# each folder is a connector, but for the contract and what they share
file(GLOB connector_folders CONFIGURE_DEPENDS LIST_DIRECTORIES true RELATIVE ${CMAKE_SOURCE_DIR}/connectors
	${CMAKE_SOURCE_DIR}/connectors/*)
foreach(name ${connector_folders})
	file(GLOB connector_sources ${CMAKE_SOURCE_DIR}/connectors/${name}/*.c)
	if(connector_sources AND NOT name MATCHES "^(sdk|generic)$")
		entente_connector(${name})
		list(APPEND connector_names ${name})
	endif()
endforeach()
# nodelete: libjq leaves work for the end of a thread, and tables that must stay reachable
entente_connector(generic LINK jq -Wl,-z,nodelete)
list(APPEND connector_names generic)
