# The cursor of polls against random tools (and, as tests/mutants, with one known mistake each, which the properties must
# find). They count rounds by the thousand: -O2 in every build.
set(cursor_here ${CMAKE_CURRENT_LIST_DIR})
add_library(cursor_sdk STATIC ${sdk_sources})
target_include_directories(cursor_sdk PUBLIC ${CMAKE_SOURCE_DIR}/connectors)
target_compile_options(cursor_sdk PUBLIC -O2)
target_link_libraries(cursor_sdk PUBLIC entente_abi PRIVATE entente_flags PkgConfig::libcjson PkgConfig::libcrypto)
add_executable(cursor_tools ${cursor_here}/main.c ${cursor_here}/tool.c)
target_link_libraries(cursor_tools PRIVATE entente_flags cursor_sdk)
