// A text that people write: a summary, a translation, a corrected sentence.
#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/paired_answers.hpp"
#include "labeling/tasks/task_types.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_text = 100'000;    // characters of an answer
constexpr std::size_t longest_compared = 2'000;  // by edits, whose cost grows with the square

std::vector<char32_t> characters_of(const std::string& text) {
    std::vector<char32_t> out;
    for (std::size_t at = 0; at < text.size();) out.push_back(base::next_code_point(text, at));
    return out;
}

// Levenshtein's distance.
std::size_t edits(const std::vector<char32_t>& a, const std::vector<char32_t>& b) {
    std::vector<std::size_t> cost(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) cost[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = cost[0];
        cost[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = cost[j];
            cost[j] = std::min({cost[j] + 1, cost[j - 1] + 1, replaced});
        }
    }
    return cost[b.size()];
}

std::map<std::string_view, std::size_t> words_in(const std::string& text) {
    std::map<std::string_view, std::size_t> words;
    std::size_t start = 0;
    for (std::size_t i = 0; i <= text.size(); ++i)
        if (i == text.size() || text[i] == ' ') {
            if (i > start) ++words[std::string_view(text).substr(start, i - start)];
            start = i + 1;
        }
    return words;
}

// F1 of their words, as often as they stand there.
double words_alike(const std::string& a, const std::string& b) {
    auto first = words_in(a), second = words_in(b);
    std::size_t common = 0, all = 0;
    for (const auto& [word, n] : first) {
        all += n;
        if (auto other = second.find(word); other != second.end())
            common += std::min(n, other->second);
    }
    for (const auto& [word, n] : second) all += n;
    return all > 0 ? 2.0 * static_cast<double>(common) / static_cast<double>(all) : 1;
}

std::string said(const std::string& answer) {
    return base::folded(base::tidy_name(class_of(answer)));
}

class TextTask : public TaskType {
public:
    std::string_view name() const override { return "text"; }
    std::string_view meaning() const override { return "a text that people write"; }
    std::string_view example() const override {
        return R"(at_least = 1
at_most = 500
)";
    }

    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question&) const override { return std::nullopt; }

    std::string read(const Question& question, const std::string& answer, const AskedRecord&)
        const override {
        auto value = parse_answer(answer);
        if (!value.is_string()) not_an_answer("a text");
        auto text = base::nfc(std::string_view(value.get_string()));
        if (text.find('\0') != std::string::npos)
            not_an_answer("holds a NUL character", "send it without");
        auto length = base::count_code_points(text);
        check_count(question, length, "characters");
        if (length > longest_text) not_an_answer("is too long", "send at most 100,000 characters");
        if (base::tidy_name(text).empty() && question.at_least.value_or(1) > 0)
            not_an_answer("is empty", "write something, or skip the task");
        return json::serialize(json::string(text));
    }
    // The truth is what one of them wrote.
    Question as_truth(Question question) const override { return question; }
    std::optional<std::string> answer_of_value(const Question&, const std::string& value)
        const override {
        return json::serialize(json::string(base::nfc(value)));
    }
    std::string with_classes(const Question&, const std::string& answer, const Rename&)
        const override {
        return answer;
    }

    // One minus their edits as a share of the longer; long texts by their words. Case and blanks
    // do not count.
    double likeness(const Question&, const std::string& a, const std::string& b) const override {
        auto first = said(a), second = said(b);
        if (first == second) return 1;
        auto x = characters_of(first), y = characters_of(second);
        if (std::max(x.size(), y.size()) > longest_compared) return words_alike(first, second);
        return 1 -
               static_cast<double>(edits(x, y)) / static_cast<double>(std::max(x.size(), y.size()));
    }
    std::unique_ptr<AnswerSet> gather(const Question& question) const override {
        return std::make_unique<PairedAnswers>(*this, question);
    }
    std::vector<MetricInfo> metrics(const Question&) const override {
        return PairedAnswers::metrics("one minus edits as a share of the longer text");
    }
    std::span<const Method> methods() const override { return merging; }

    // Some character is another, so that it is as long as before.
    std::string mistake(const Question&, const std::string& truth, base::Random& random)
        const override {
        auto text = class_of(truth);
        std::vector<std::size_t> characters;
        for (std::size_t i = 0; i < text.size(); ++i)
            if (text[i] != ' ' && base::starts_character(text[i])) characters.push_back(i);
        if (characters.empty()) return json::serialize(json::string(text + "?"));
        auto at = characters[random.below(characters.size())], end = at + 1;
        while (end < text.size() && !base::starts_character(text[end])) ++end;
        text.replace(at, end - at, 1, text[at] == '?' ? '!' : '?');
        return json::serialize(json::string(text));
    }

    LabelShape shape() const override { return LabelShape::text; }
    Target target() const override { return Target::none; }

private:
    static constexpr std::array<std::string_view, 2> acting{"at_least", "at_most"};
    static constexpr std::array merging{Method::mv, Method::wawa};
};

}  // namespace

const TaskType& text_task() {
    static const TextTask type;
    return type;
}

}  // namespace labeling
