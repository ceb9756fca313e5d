// Tags of tokens, a line each: the token first, its tag last, tabs or blanks between; an empty line
// ends a text, "# key = KEY" before it names its record; without, the record is the one whose text
// these tokens are. Where the tokens stand is found when the text of the record is at hand.
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "labeling/export/imports/imports.hpp"

namespace labeling {

void read_conll(std::string_view text, const std::string& place, const TakeLabel& take) {
    namespace json = boost::json;
    std::string key;
    json::array tokens, tags;
    bool named = false;
    std::string whole;
    auto close = [&] {
        if (named || !tokens.empty())
            take(
                {.key = key,
                 .answer = {json::serialize(json::object{{"tokens", tokens}, {"tags", tags}})},
                 .places = GivenLabel::Places::tokens,
                 .text = named ? "" : whole}
            );
        named = false;
        key.clear();
        whole.clear();
        tokens.clear();
        tags.clear();
    };
    std::size_t number = 0;
    while (!text.empty()) {
        auto end = std::min(text.find('\n'), text.size());
        auto line = base::trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.starts_with("# key = ")) {
            close();
            key = line.substr(8);
            named = true;
        } else if (line.empty()) {
            close();
        } else if (!line.starts_with("-DOCSTART-") && !(line.starts_with("# ") && tokens.empty())) {
            auto first = line.find_first_of(" \t"), last = line.find_last_of(" \t");
            auto at = place + ": line " + std::to_string(number);
            if (first == line.npos)
                throw base::Error(at, "is a token without a tag", "write TOKEN, a tab and its tag");
            whole += line.substr(0, first);
            tokens.emplace_back(line.substr(0, first));
            tags.emplace_back(line.substr(last + 1));
        }
    }
    close();
}

}  // namespace labeling
