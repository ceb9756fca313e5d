# The lists of words and the fitted trees, as headers; for the library and for the fuzz targets.
foreach(words article/article_marks article/class_words content/signals)
  get_filename_component(name ${words} NAME)
  embed_words(crawler::words crawler/words/${name}.hpp ${CMAKE_CURRENT_LIST_DIR}/extract/${words}.words)
endforeach()
embed_files(crawler::page_trees crawler/words/page_trees.hpp
  ${CMAKE_CURRENT_LIST_DIR}/extract/content/page_kind.trees ${CMAKE_CURRENT_LIST_DIR}/extract/content/block.trees)
