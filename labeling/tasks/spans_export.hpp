#pragma once

#include <iosfwd>
#include <memory>

#include "labeling/export/export.hpp"

namespace labeling {

// As make_exporter(), for labels that are spans:
//
// jsonl   {"key","spans":[{"start","end","label"},..],"probability","method",..} a line
// conll   "# key = KEY", then a line a token: the token, a tab and its tag (IOB2: B-CLASS, I-CLASS,
//         O); an empty line ends a record. Tokens are cut at blanks and ASCII punctuation, and
//         where a span begins or ends.
//
// Throws base::UsageError for other formats, and for conll where spans may overlap.
std::unique_ptr<Exporter> span_exporter(Format format, const Project& project, std::ostream& out);

}  // namespace labeling
