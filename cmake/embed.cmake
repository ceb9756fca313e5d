# embed_sql(MODULE): makes <module>/sql.hpp from MODULE's queries.sql and those of its rooms, so that a query is looked up
# by name when the program is compiled. MSVC-free zone: one raw string literal holds up to 64 kB in g++ and more.
function(embed_sql MODULE)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/queries.sql)
  set(SQL "")
  foreach(source IN LISTS sources)
    file(READ ${source} text)
    string(APPEND SQL "${text}\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  endforeach()
  # Of two queries of one name the second would never run, and nobody would be told.
  string(REGEX MATCHALL "-- name: [a-z0-9_]+" names "${SQL}")
  list(SORT names)
  set(before "")
  foreach(name IN LISTS names)
    if(name STREQUAL before)
      message(FATAL_ERROR "queries of ${MODULE}: '${name}' stands twice; rename one of the two")
    endif()
    set(before "${name}")
  endforeach()
  configure_file(${CMAKE_SOURCE_DIR}/cmake/sql.hpp.in ${CMAKE_BINARY_DIR}/generated/${MODULE}/sql.hpp @ONLY)
endfunction()

# embed_files(NAMESPACE OUT FILE...): a header with `inline constexpr std::pair<name, text> files[]`.
function(embed_files NAMESPACE OUT)
  set(ENTRIES "")
  foreach(path ${ARGN})
    file(READ ${path} text)
    get_filename_component(name ${path} NAME)
    string(APPEND ENTRIES "    {\"${name}\", R\"embedded(${text})embedded\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${OUT} @ONLY CONTENT
"#pragma once
#include <string_view>
namespace @NAMESPACE@ {
struct EmbeddedFile {
    std::string_view name;
    std::string_view text;
};
inline constexpr EmbeddedFile files[] = {
@ENTRIES@};
}
")
endfunction()

# embed_words(NAMESPACE OUT FILE): a header with an `inline constexpr std::array` of texts for each list of FILE.
# A list opens with its [name]; a line is a text, in "quotes" where it ends with a blank; # begins a remark.
function(embed_words NAMESPACE OUT FILE)
  file(STRINGS ${FILE} lines ENCODING UTF-8)
  set(LISTS "")
  set(close "")
  foreach(line IN LISTS lines)
    if(line STREQUAL "" OR line MATCHES "^#")
      continue()
    elseif(line MATCHES "^\\[([a-z_]+)\\]$")
      string(APPEND LISTS "${close}inline constexpr std::array ${CMAKE_MATCH_1}{\n")
      set(close "};\n")
    elseif(line MATCHES "^\"(.*)\"$")
      string(APPEND LISTS "    std::string_view(R\"word(${CMAKE_MATCH_1})word\"),\n")
    else()
      string(APPEND LISTS "    std::string_view(R\"word(${line})word\"),\n")
    endif()
  endforeach()
  string(APPEND LISTS "${close}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${FILE})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${OUT} @ONLY CONTENT
"#pragma once
#include <array>
#include <string_view>
namespace @NAMESPACE@ {
@LISTS@}
")
endfunction()
