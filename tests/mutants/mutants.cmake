# Each NAME.patch beside this file becomes the program mutant_NAME: the program that the patch's head names, with a copy
# of the patched files in front of its libraries. The copies are made in every build, so that a patch that no longer
# applies fails it. A debug build leaves the programs out: hundreds of seeds are run by the release build only.
find_program(PATCH_PROGRAM patch REQUIRED)
file(GLOB mutant_patches CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.patch)
set(mutants_here ${CMAKE_CURRENT_LIST_DIR})
add_custom_target(mutants_patched ALL)

function(mutant_program name program folder copies)
	string(REGEX REPLACE "^(broker|connectors)/([a-z]+)/.*" "entente_\\2" layer ${folder})
	get_target_property(sources ${program} SOURCES)
	get_target_property(libraries ${program} LINK_LIBRARIES)
	get_target_property(layer_libraries ${layer} LINK_LIBRARIES)
	add_executable(mutant_${name} ${sources} ${copies})
	target_include_directories(mutant_${name} PRIVATE ${CMAKE_SOURCE_DIR}/broker)
	target_link_libraries(mutant_${name} PRIVATE ${libraries} ${layer_libraries})
	target_compile_definitions(mutant_${name} PRIVATE $<TARGET_PROPERTY:${layer},COMPILE_DEFINITIONS>
		$<TARGET_PROPERTY:${program},COMPILE_DEFINITIONS>)
	set_source_files_properties(${copies} PROPERTIES COMPILE_OPTIONS -w) # broken code may leave something unused
	if(CMAKE_BUILD_TYPE STREQUAL "Debug")
		set_target_properties(mutant_${name} PROPERTIES EXCLUDE_FROM_ALL ON)
	endif()
endfunction()

function(mutant patch)
	cmake_path(GET patch STEM name)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${patch}) # its head names files and a program
	file(STRINGS ${patch} head REGEX "^(Rule|Program|Seeds): .")
	file(STRINGS ${patch} files REGEX "^\\+\\+\\+ b/")
	list(TRANSFORM files REPLACE "^\\+\\+\\+ b/([^ \t]*).*" "\\1")
	string(REGEX REPLACE ".*;Program: ([a-z_]+);.*" "\\1" program "${head}")
	list(LENGTH head n)
	if(NOT n EQUAL 3 OR NOT files OR NOT TARGET "${program}")
		message(FATAL_ERROR "tests/mutants/${name}.patch: its head needs the lines `Rule: ...`, `Program: ...` (a program of "
			"the tests) and `Seeds: ...`, in this order, and a change below it")
	endif()
	set(copies "")
	set(originals "")
	foreach(file ${files})
		if(NOT file MATCHES "\\.c$" OR NOT EXISTS ${CMAKE_SOURCE_DIR}/${file})
			message(FATAL_ERROR "tests/mutants/${name}.patch changes ${file}, which is not a .c file of this tree. Where the "
				"file was moved, edit the path in the patch; a header cannot be changed by a mutant")
		endif()
		list(APPEND copies ${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}/${file})
		list(APPEND originals ${CMAKE_SOURCE_DIR}/${file})
	endforeach()
	add_custom_command(OUTPUT ${copies}
		COMMAND ${CMAKE_COMMAND} -DTOP=${CMAKE_SOURCE_DIR} -DPATCH=${PATCH_PROGRAM} -DNAME=${name}
			-DTO=${CMAKE_CURRENT_BINARY_DIR}/mutants/${name} "-DSOURCES=${files}" -P ${mutants_here}/apply.cmake
		DEPENDS ${originals} ${patch} ${mutants_here}/apply.cmake VERBATIM COMMENT "Mutant ${name}")
	add_custom_target(mutant_${name}_patched DEPENDS ${copies})
	add_dependencies(mutants_patched mutant_${name}_patched)
	list(GET files 0 first)
	mutant_program(${name} ${program} ${first} "${copies}")
	add_dependencies(mutant_${name} mutant_${name}_patched)
endfunction()

foreach(patch ${mutant_patches})
	mutant(${patch})
endforeach()
