# cmake -DTOP= -DPATCH= -DNAME= -DTO= -DSOURCES= -P apply.cmake: copies the sources under TO and applies NAME.patch.
file(REMOVE_RECURSE ${TO})
foreach(source ${SOURCES})
	configure_file(${TOP}/${source} ${TO}/${source} COPYONLY)
endforeach()
execute_process(COMMAND ${PATCH} --batch --fuzz=0 --no-backup-if-mismatch -p1 -d ${TO} -i ${TOP}/tests/mutants/${NAME}.patch
	OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE status)
if(NOT status EQUAL 0)
	file(REMOVE_RECURSE ${TO})
	message(FATAL_ERROR "tests/mutants/${NAME}.patch no longer applies to ${SOURCES}. "
		"Edit the patch until it breaks its rule in the source as it is now (tests/README.md, \"A mutant\"):\n${said}")
endif()
