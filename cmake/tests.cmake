# tilth_tests(NAME LABEL [SERIAL] LIBS... SOURCES...): one Catch2 binary; each TEST_CASE becomes a test of ctest, with SERIAL one that no other
# runs beside.
include(Catch)
function(tilth_tests NAME LABEL)
  cmake_parse_arguments(ARG "SERIAL" "" "LIBS;SOURCES" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE catch_main ${ARG_LIBS} tilth_options)
  catch_discover_tests(${NAME} TEST_PREFIX "${NAME}: " PROPERTIES LABELS ${LABEL} TIMEOUT 300 RUN_SERIAL ${ARG_SERIAL})
endfunction()
