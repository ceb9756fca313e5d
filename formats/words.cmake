# The lists of words, as headers; for the library and for the fuzz targets.
embed_words(formats::words formats/words/canonical.hpp ${CMAKE_CURRENT_LIST_DIR}/url/canonical.words)
