# SPDX-License-Identifier: Apache-2.0
# Requests to hostile servers over real sockets: tests/link/run starts this program and the servers.
add_executable(link_driver ${CMAKE_CURRENT_LIST_DIR}/driver.c)
target_link_libraries(link_driver PRIVATE entente_flags entente_link PkgConfig::libcurl Threads::Threads ${CMAKE_DL_LIBS})
set_target_properties(link_driver PROPERTIES ENABLE_EXPORTS ON) # its getaddrinfo() is to be libcurl's, too
add_test(NAME link COMMAND ${CMAKE_CURRENT_LIST_DIR}/run)
set_tests_properties(link PROPERTIES ENVIRONMENT "ENTENTE_BUILD=${CMAKE_BINARY_DIR}")

add_executable(link_thread ${CMAKE_CURRENT_LIST_DIR}/thread.c ${CMAKE_SOURCE_DIR}/connectors/null/null.c)
target_link_libraries(link_thread PRIVATE entente_flags entente_link PkgConfig::libcurl Threads::Threads)

# a connector that ends the process, in a folder of its own
add_library(crash_connector MODULE ${CMAKE_CURRENT_LIST_DIR}/crash.c)
target_link_libraries(crash_connector PRIVATE entente_flags entente_abi entente_sdk)
target_link_options(crash_connector PRIVATE -Wl,--exclude-libs,ALL)
set_target_properties(crash_connector PROPERTIES PREFIX "" OUTPUT_NAME crash LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/crash)
