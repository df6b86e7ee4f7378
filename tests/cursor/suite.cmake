# The cursor of polls against random tools, and the same with one known mistake each in a copy of a source of the sdk,
# which the properties must find. They count rounds by the thousand: -O2 in every build.
set(cursor_here ${CMAKE_CURRENT_LIST_DIR})
add_library(cursor_sdk STATIC ${sdk_sources})
target_include_directories(cursor_sdk PUBLIC ${CMAKE_SOURCE_DIR}/connectors)
target_compile_options(cursor_sdk PUBLIC -O2)
target_link_libraries(cursor_sdk PUBLIC entente_abi PRIVATE entente_flags PkgConfig::libcjson PkgConfig::libcrypto)
add_executable(cursor_tools ${cursor_here}/main.c ${cursor_here}/tool.c)
target_link_libraries(cursor_tools PRIVATE entente_flags cursor_sdk)

# cursor_mutant(NAME FILE RIGHT WRONG): RIGHT stands once in connectors/sdk/FILE.
function(cursor_mutant name file right wrong)
	set(source ${CMAKE_SOURCE_DIR}/connectors/sdk/${file})
	set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
	file(READ ${source} text)
	string(FIND "${text}" "${right}" first)
	string(FIND "${text}" "${right}" last REVERSE)
	if(first EQUAL -1 OR NOT first EQUAL last)
		message(FATAL_ERROR "cursor mutant ${name}: what it changes does not stand once in ${file}: ${right}")
	endif()
	string(REPLACE "${right}" "${wrong}" text "${text}")
	set(copy ${CMAKE_CURRENT_BINARY_DIR}/cursor_${name}/${file})
	file(CONFIGURE OUTPUT ${copy} CONTENT "@text@" @ONLY)
	add_executable(cursor_mutant_${name} ${cursor_here}/main.c ${cursor_here}/tool.c ${copy})
	target_link_libraries(cursor_mutant_${name} PRIVATE entente_flags cursor_sdk)
endfunction()

cursor_mutant(aside_dropped cursor_item.c "	*to = put;" "	*to = put, cursor->n_aside--;")
cursor_mutant(cut_page_is_whole http.c "return n >= due" "return n >= 0 || due > 0")
cursor_mutant(token_never_dropped cursor_list.c "if (rc >= ENT_OK ||" "if (rc >= ENT_EINVAL - 9 ||")
cursor_mutant(order_turned cursor.c "cursor->at.tell_begin = begin" "cursor->at.tell_begin = all - (end - begin)")
cursor_mutant(position_before_page cursor_list.c "if (cursor->at.is_cut) {
		page_rest" "if (cursor->at.is_cut && cursor->page < 0) {
		page_rest")
cursor_mutant(position_before_part cursor.c "item.skip = (int64_t)end" "item.skip = (int64_t)all")
cursor_mutant(moved_rows_missed cursor_list.c "cursor->page > 0 && !cursor->token.p)" "cursor->page < 0)")
cursor_mutant(late_rows_missed cursor_list.c "cursor->back = cursor->at.old;" "cursor->back = cursor->at.last;")
cursor_mutant(same_stamp_missed cursor_seen.c "!content.p && is_fresh" "content.p && is_fresh")
