# SPDX-License-Identifier: Apache-2.0
# The HTTP side over real sockets: tests/edge/run starts this program and talks to it.
add_executable(edge_server ${CMAKE_CURRENT_LIST_DIR}/server.c ${CMAKE_SOURCE_DIR}/connectors/null/null.c)
target_link_libraries(edge_server PRIVATE entente_flags entente_edge entente_link)
add_test(NAME edge COMMAND ${CMAKE_CURRENT_LIST_DIR}/run)
set_tests_properties(edge PROPERTIES ENVIRONMENT "ENTENTE_BUILD=${CMAKE_BINARY_DIR}")
