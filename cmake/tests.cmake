# tilth_tests(NAME LABEL [SERIAL] LIBS... SOURCES...): one Catch2 binary; each TEST_CASE becomes a test of ctest, with SERIAL one that no other
# runs beside.
include(Catch)

# Tests are compiled as they stand: what they test is not, and optimising assertions is half of the time of a build.
function(tilth_test_options NAME)
  target_compile_options(${NAME} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0 -g0>)
endfunction()

function(tilth_tests NAME LABEL)
  cmake_parse_arguments(ARG "SERIAL" "" "LIBS;SOURCES" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE catch_main ${ARG_LIBS} tilth_options)
  tilth_test_options(${NAME})
  target_precompile_headers(${NAME} REUSE_FROM test_support)
  catch_discover_tests(${NAME} TEST_PREFIX "${NAME}: " PROPERTIES LABELS ${LABEL} TIMEOUT 300 RUN_SERIAL ${ARG_SERIAL})
endfunction()
