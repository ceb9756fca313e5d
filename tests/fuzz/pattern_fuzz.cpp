#include "base/text/pattern.hpp"

#include "base/error.hpp"
#include "tests/fuzz/input.hpp"

// An expression, then a text: whatever they are, a match ends soon and lies within the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const auto regex = input.line();
    const auto text = input.rest();
    for (bool scripts : {false, true}) try {
            const auto pattern = base::Pattern::parse(regex, {.all_scripts = scripts});
            const auto found = pattern.find(text);
            must(!found || pattern.found_in(text));
            must(!found || found->size() <= text.size());
            must(pattern.captures(text).empty() != pattern.found_in(text));
            (void)pattern.replace_all(text, "$0$$");
        } catch (const base::UsageError&) {  // no expression
        }
    return 0;
}
