# tilth_alone(SOURCES...): sources that are not compiled together with others, as what they name within themselves others name alike.
function(tilth_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
