# The queue over a dossier against random histories, without a store; some of tests/mutants are found by it.
add_executable(queue_histories ${CMAKE_CURRENT_LIST_DIR}/main.c ${CMAKE_CURRENT_LIST_DIR}/world.c
	${CMAKE_CURRENT_LIST_DIR}/rules.c ${CMAKE_CURRENT_LIST_DIR}/steps.c ${CMAKE_CURRENT_LIST_DIR}/people.c)
target_link_libraries(queue_histories PRIVATE entente_flags entente_core)
