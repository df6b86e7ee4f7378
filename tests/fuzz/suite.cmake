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

set(fuzz_sdk_json connectors/sdk/str.c connectors/sdk/arena.c connectors/sdk/time.c connectors/sdk/gate.c connectors/sdk/json.c connectors/sdk/jsonw.c
	connectors/sdk/percent.c)
entente_fuzz(json ${fuzz_sdk_json})
entente_fuzz(html ${fuzz_sdk_json} connectors/sdk/html.c connectors/sdk/entity.c connectors/sdk/prose.c)
entente_fuzz(wiki ${fuzz_sdk_json} connectors/sdk/prose.c connectors/sdk/webhook.c connectors/sdk/webhook_json.c
	connectors/sdk/crypto.c connectors/sdk/json_mend.c connectors/jira/adf.c connectors/jira/wiki.c
	connectors/jira/wiki_words.c)
entente_fuzz(guard broker/edge/guard.c broker/face/uri.c connectors/sdk/str.c connectors/sdk/arena.c connectors/sdk/percent.c)
entente_fuzz(transfers broker/core/url.c broker/core/range.c connectors/sdk/str.c connectors/sdk/arena.c
	connectors/sdk/time.c connectors/sdk/percent.c connectors/sdk/http_date.c)

# What a connector makes of answers: fuzz_answer_NAME. tests/unit/test_answers.c runs a fixed set everywhere.
file(GLOB fuzz_sdk RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/connectors/sdk/*.c)
foreach(name ${connector_names})
	if(NOT ENTENTE_FUZZ OR NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
		continue()
	endif()
	file(GLOB fuzz_connector RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/connectors/${name}/*.c)
	set(fuzz_sources ${fuzz_sdk} ${fuzz_connector} tests/cases/changes.c tests/cases/dialog_check.c tests/cases/harness.c)
	list(TRANSFORM fuzz_sources PREPEND ${PROJECT_SOURCE_DIR}/)
	add_executable(fuzz_answer_${name} fuzz/fuzz_answer.c ${fuzz_sources})
	target_include_directories(fuzz_answer_${name} PRIVATE ${PROJECT_SOURCE_DIR}/connectors ${PROJECT_SOURCE_DIR}/tests)
	target_link_libraries(fuzz_answer_${name} PRIVATE entente_abi entente_flags PkgConfig::libcjson PkgConfig::libcrypto
		${CMAKE_DL_LIBS})
	if(name STREQUAL generic)
		target_link_libraries(fuzz_answer_${name} PRIVATE jq)
	endif()
	target_compile_options(fuzz_answer_${name} PRIVATE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)
	target_link_options(fuzz_answer_${name} PRIVATE -fsanitize=fuzzer,address,undefined)
endforeach()
