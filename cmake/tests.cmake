# tilth_tests(NAME LABEL [SERIAL] LIBS... SOURCES...): one Catch2 binary; each TEST_CASE becomes a test of ctest, with SERIAL one that no other
# runs beside. What the tests of a label need is built by the target tests_LABEL.
include(Catch)
foreach(label unit db e2e web)
  add_custom_target(tests_${label})
endforeach()

# Tests are compiled as they stand: what they test is not, and optimising assertions is half of the time of a build.
function(tilth_test_options NAME)
  target_compile_options(${NAME} PRIVATE -O0 $<$<CONFIG:RelWithDebInfo>:-g0> $<$<BOOL:${TILTH_WERROR}>:-Werror>)
endfunction()

function(tilth_tests NAME LABEL)
  cmake_parse_arguments(ARG "SERIAL" "" "LIBS;SOURCES" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE catch_main ${ARG_LIBS} tilth_options)
  add_dependencies(tests_${LABEL} ${NAME})
  tilth_test_options(${NAME})
  target_precompile_headers(${NAME} REUSE_FROM test_support)
  catch_discover_tests(${NAME} TEST_PREFIX "${NAME}: " PROPERTIES LABELS ${LABEL} TIMEOUT 300 RUN_SERIAL ${ARG_SERIAL})
endfunction()
