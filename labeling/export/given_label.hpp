#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json/shape.hpp"
#include "base/settings/fwd.hpp"

namespace labeling {

// A label that somebody else found.
struct GivenLabel {
    std::string key{};    // of a record; empty: it is known by its text
    std::string label{};  // a class by its name, or an answer as the source's data spell it; or
    double probability = 1;
    base::JsonText answer{};  // an answer as JSON

    // How the answer says where something is.
    enum class Places {
        exact,   // as answers do
        shares,  // of the sides of the picture; a box may have its "corners" instead
        tokens,  // {"tokens":[..],"tags":[..]} of the text, in its order
    };
    Places places = Places::exact;
    // Of the picture that exact places are of, if it was told: another than the record's is the
    // same picture, larger or smaller.
    double width = 0, height = 0;
    // What else tells the record, where no key does: its text, to the letter but for blanks at its
    // end (of tokens: them all, blanks or not), if only one record has it; then other keys.
    std::string text{};
    std::vector<std::string> also{};
    std::string fault{};  // why it is none, if its file says so

    static const base::Settings<GivenLabel> settings;
};

using TakeLabel = std::function<void(GivenLabel&& label)>;
// Calls with each label; can be called again.
using EachLabel = std::function<void(const TakeLabel& take)>;

}  // namespace labeling
