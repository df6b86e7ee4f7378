# Fuzzers: clang only, on request:
#   cmake -B build -DENTENTE_FUZZ=ON -DENTENTE_SANITIZE=address,undefined -DCMAKE_C_COMPILER=clang
#   build/tests/fuzz_NAME -max_total_time=30 [folder of seeds]
option(ENTENTE_FUZZ "Build the fuzzers (clang)" OFF)

# entente_fuzz(NAME SOURCE...): tests/fuzz/fuzz_NAME.c over the sources, all of it instrumented.
function(entente_fuzz name)
	if(NOT ENTENTE_FUZZ OR NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
		return()
	endif()
	list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE sources)
	add_executable(fuzz_${name} fuzz/fuzz_${name}.c ${sources})
	target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/connectors ${PROJECT_SOURCE_DIR}/broker)
	target_link_libraries(fuzz_${name} PRIVATE entente_abi entente_flags PkgConfig::libcjson PkgConfig::libcrypto)
	target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)
	target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer,address,undefined)
endfunction()

set(fuzz_sdk_json connectors/sdk/str.c connectors/sdk/time.c connectors/sdk/gate.c connectors/sdk/json.c connectors/sdk/jsonw.c)
entente_fuzz(json ${fuzz_sdk_json})
entente_fuzz(html ${fuzz_sdk_json} connectors/sdk/html.c connectors/sdk/entity.c)
entente_fuzz(guard broker/edge/guard.c broker/edge/uri.c connectors/sdk/str.c)
entente_fuzz(transfers broker/link/transfers.c broker/link/transfers_url.c broker/link/address.c connectors/sdk/str.c
	connectors/sdk/time.c connectors/sdk/percent.c)
