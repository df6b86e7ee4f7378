# Programs that tests/bench/run measures with. Built with the tests, not installed.
foreach(program load lag commits)
	add_executable(bench_${program} ${CMAKE_CURRENT_LIST_DIR}/${program}.c)
	target_link_libraries(bench_${program} PRIVATE entente_flags)
	target_compile_options(bench_${program} PRIVATE -O2)
endforeach()
target_link_libraries(bench_load PRIVATE PkgConfig::libcrypto)
target_link_libraries(bench_lag PRIVATE PkgConfig::rdkafka)
target_link_libraries(bench_commits PRIVATE PkgConfig::sqlite3)
# Lists and searches over many incidents: bench_lists DIR
add_executable(bench_lists ${CMAKE_CURRENT_LIST_DIR}/lists.c)
target_link_libraries(bench_lists PRIVATE entente_flags entente_view)
# Searches as one types: bench_search DIR
add_executable(bench_search ${CMAKE_CURRENT_LIST_DIR}/search.c)
target_link_libraries(bench_search PRIVATE entente_flags entente_search)
