#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings/document.hpp"
#include "base/settings/settings.hpp"
#include "labeling/projects/project.hpp"
#include "labeling/projects/template.hpp"
#include "labeling/tasks/task_type.hpp"
#include "tests/fuzz/input.hpp"

// A question of each kind, as its template asks it; the first line of the input chooses.
inline const labeling::Question& chosen_question(Input& input) {
    static const auto all = [] {
        std::vector<labeling::Question> questions;
        for (const auto* type : labeling::task_types()) {
            auto text = labeling::project_template(*type, "p", "s");
            auto document = base::Document::toml(text, "template");
            questions.push_back(labeling::Project::settings.read(document).question);
        }
        return questions;
    }();
    auto number = std::strtoul(std::string(input.line()).c_str(), nullptr, 10);
    return all[number % all.size()];
}

// A record that has all that a question may be about.
class WholeRecord final : public labeling::AskedRecord {
public:
    std::string text() const override {
        return "Ann \U0001F600 met Bob in Caf\u00e9 Ro\u0308ntgen.";
    }
    std::optional<Size> picture() const override { return Size{.width = 64, .height = 48}; }
    std::optional<Recording> recording() const override { return Recording{.seconds = 60}; }
    base::JsonText payload() const override {
        return {R"({"answer_a":"yes","answer_b":"no","answer_c":"x","prompt":"?",)"
                R"("rows":[["a","1"],["b","2"],["c","3"]]})"};
    }
};

// What is promised of an answer that was taken: read again it is the same, it is wholly like
// itself, and names that stay leave it as it is.
inline void check_taken(
    const labeling::Question& question,
    const std::string& answer,
    const WholeRecord& record
) {
    const auto& type = labeling::task_type(question.kind);
    must(type.read(question, answer, record) == answer);
    auto likeness = type.likeness(question, answer, answer);
    must(likeness > 1 - 1e-9 && likeness < 1 + 1e-9);
    auto same = [](std::string_view, const std::string& name) { return std::optional(name); };
    must(type.with_classes(question, answer, same) == answer);
}
