// Words are counted by the texts that have them, not by how often they stand there: a name that one
// long text repeats says nothing of the others. Only the beginning of a long text is read.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/text/utf8.hpp"
#include "training/analysis/content/content_clusters.hpp"
#include "training/features/words.hpp"

namespace training {

namespace {

constexpr std::size_t bytes_read = 4'000;  // of a text

bool may_name(const std::string& word) {
    if (base::count_code_points(word) < 2) return false;
    return std::any_of(word.begin(), word.end(), [](char c) {
        return (c < '0' || c > '9') && c != '_';
    });
}

struct Told {
    double weight = 0;
    const std::string* word = nullptr;
};

}  // namespace

std::vector<std::vector<std::string>> telling_words(
    const TextColumn& texts,
    std::span<const std::uint32_t> group,
    std::size_t groups,
    std::size_t words
) {
    std::unordered_map<std::string, std::vector<std::uint32_t>> counts;
    std::vector<double> size(groups);
    for (std::size_t row = 0; row < texts.size(); ++row) {
        size[group[row]] += 1;
        auto own = gram_texts(texts[row].title, {});
        for (auto& word : gram_texts(base::cut_at_character(texts[row].body, bytes_read), {}))
            own.push_back(std::move(word));
        std::sort(own.begin(), own.end());
        own.erase(std::unique(own.begin(), own.end()), own.end());
        for (auto& word : own) {
            if (!may_name(word)) continue;
            auto& of = counts[std::move(word)];
            of.resize(groups);
            ++of[group[row]];
        }
    }
    const auto rows = static_cast<double>(texts.size());
    std::vector<std::vector<std::string>> out(groups);
    for (std::size_t g = 0; g < groups; ++g) {
        std::vector<Told> told;
        for (const auto& [word, of] : counts) {
            if (of[g] < 2) continue;
            double elsewhere = 0;
            for (std::size_t other = 0; other < groups; ++other)
                if (other != g) elsewhere += of[other];
            const double here = of[g] / size[g];
            const double there = (elsewhere + 0.5) / (rows - size[g] + 1);
            if (here > there) told.push_back({here * std::log(here / there), &word});
        }
        std::sort(told.begin(), told.end(), [](const Told& a, const Told& b) {
            return a.weight != b.weight ? a.weight > b.weight : *a.word < *b.word;
        });
        for (std::size_t i = 0; i < std::min(words, told.size()); ++i)
            out[g].push_back(*told[i].word);
    }
    return out;
}

}  // namespace training
