#include "base/error.hpp"

namespace base {

namespace {

std::string one_line(std::string_view thing, std::string_view reason, std::string_view mend) {
    std::string text(thing);
    text.append(": ").append(reason);
    if (!mend.empty()) text.append("; ").append(mend);
    for (char& c : text)
        if (c == '\n' || c == '\r') c = ' ';
    return text;
}

}  // namespace

Error::Error(std::string_view thing, std::string_view reason, std::string_view mend)
    : std::runtime_error(one_line(thing, reason, mend)) {}

}  // namespace base
