#pragma once

#include <string>

#include "labeling/export/given_label.hpp"
#include "labeling/projects/question.hpp"

namespace labeling {

// The labels in a file of tilth's own or of another program, for the question of a project. What it
// is tells its content:
//   - a table with the columns key (or text) and label or answer, perhaps probability
//   (formats/table/table.hpp);
//   - JSON, lines or an array, of our own, of spaCy, doccano or Label Studio, or COCO's object;
//   - *.conll, *.bio, *.iob: tags of tokens;
//   - *.xml, or a folder of them: Pascal VOC;
//   - a folder of *.txt, with data.yaml or classes.txt: YOLO.
// Records are meant by "key", else by what the format has for it: the name of a picture's file,
// their text or its tokens, an id. A row without a label has neither label nor answer. Throws
// base::Error, with the line or file, for what is malformed.
EachLabel labels_in(const std::string& path, const Question& question);
// The same of a text; `name` is of the file that it was.
EachLabel
labels_of_text(const std::string& name, const std::string& text, const Question& question);
// Whether it is a folder of JSON lines by several people, as doccano exports them, and of no other
// program whose files may lie beside such.
bool holds_people(const std::string& path);
// Whether its name, and not its content, tells what a file is; so it is with folders.
bool is_told_by_its_name(const std::string& path);

}  // namespace labeling
