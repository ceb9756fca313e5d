#include "base/error.hpp"
#include "tests/fuzz/labels/questions.hpp"

// A project's file: TOML, or JSON where it begins with a brace. What is taken can be written and is
// the same again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    try {
        auto document = input.rest().starts_with('{')
                            ? base::Document::json(input.rest())
                            : base::Document::toml(input.rest(), "project.toml");
        auto project = labeling::Project::settings.read(document);
        auto text = labeling::Project::settings.text(project);
        auto again = labeling::Project::settings.read(base::Document::json(text));
        must(labeling::Project::settings.text(again) == text);
    } catch (const base::Error&) {
    }
    return 0;
}
