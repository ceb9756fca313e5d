// Features are hashed as they are made, without texts of them: a token has about twenty, and names
// of features are needed by nobody. Columns that collide within a token count once.
#include "training/tagging/tag_features.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <unicode/uchar.h>

#include "base/bytes/hash.hpp"
#include "base/text/utf8.hpp"

namespace training {

namespace {

struct TagSeed {
    static constexpr std::uint64_t bias = 1;
    static constexpr std::uint64_t line = 2;
    static constexpr std::uint64_t same = 3;
    static constexpr std::uint64_t shape = 10;  // and the two beside it
    static constexpr std::uint64_t word = 20;   // 18 to 22: the place
    static constexpr std::uint64_t pair = 30;
    static constexpr std::uint64_t front = 40;  // and the length
    static constexpr std::uint64_t back = 50;
};

std::uint64_t tag_hash(std::string_view text, std::uint64_t seed) {
    return base::hash_64(text, seed);
}

// A token as it is looked at.
struct SeenToken {
    std::string lower;
    std::string shape;              // X, x, 9 or the character, runs as one
    std::vector<std::size_t> ends;  // of the characters of `lower`, in bytes
};

SeenToken look_at(std::string_view token) {
    SeenToken out;
    char last = 0;
    for (std::size_t at = 0; at < token.size();) {
        const auto c = static_cast<UChar32>(base::next_code_point(token, at));
        base::append_utf8(static_cast<char32_t>(u_tolower(c)), out.lower);
        out.ends.push_back(out.lower.size());
        const char sort = u_isdigit(c) ? '9' : u_isupper(c) ? 'X' : u_isalpha(c) ? 'x' : '.';
        if (sort != last) out.shape += sort;
        if (sort == '.') base::append_utf8(static_cast<char32_t>(c), out.shape);
        last = sort;
    }
    return out;
}

class RowMaker {
public:
    RowMaker(Design& rows, int bits) : rows_(rows), mask_((1U << bits) - 1) {}

    void add(std::uint64_t hash) { row_.push_back(static_cast<std::uint32_t>(hash) & mask_); }
    void end() {
        std::sort(row_.begin(), row_.end());
        row_.erase(std::unique(row_.begin(), row_.end()), row_.end());
        rows_.where.insert(rows_.where.end(), row_.begin(), row_.end());
        rows_.values.resize(rows_.where.size(), 1.0F);
        rows_.starts.push_back(rows_.where.size());
        ++rows_.rows;
        row_.clear();
    }

private:
    Design& rows_;
    std::uint32_t mask_;
    std::vector<std::uint32_t> row_;
};

}  // namespace

Design token_rows(int bits) {
    Design rows;
    rows.sparse = true;
    rows.columns = std::size_t{1} << bits;
    rows.starts.push_back(0);
    rows.sequences.push_back(0);
    return rows;
}

void add_token_rows(
    std::string_view utf8,
    const std::vector<Token>& tokens,
    int bits,
    Design& rows
) {
    std::vector<SeenToken> seen;
    for (const auto& token : tokens)
        seen.push_back(look_at(utf8.substr(token.from, token.to - token.from)));
    const SeenToken edge{"\x01", "\x01", {1}};
    const auto at = [&](std::size_t i, int step) -> const SeenToken& {
        const auto place = static_cast<std::ptrdiff_t>(i) + step;
        return place < 0 || place >= static_cast<std::ptrdiff_t>(seen.size())
                   ? edge
                   : seen[static_cast<std::size_t>(place)];
    };
    RowMaker row(rows, bits);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto& own = seen[i];
        row.add(tag_hash("", TagSeed::bias));
        if (tokens[i].new_line) row.add(tag_hash("", TagSeed::line));
        row.add(tag_hash(utf8.substr(tokens[i].from, tokens[i].to - tokens[i].from), TagSeed::same)
        );
        std::array<std::uint64_t, 5> words{};
        for (int step = -2; step <= 2; ++step) {
            auto& hash = words[static_cast<std::size_t>(step + 2)];
            hash =
                tag_hash(at(i, step).lower, TagSeed::word + static_cast<std::uint64_t>(step + 2));
            row.add(hash);
        }
        for (int step = -1; step <= 1; ++step)
            row.add(
                tag_hash(at(i, step).shape, TagSeed::shape + static_cast<std::uint64_t>(step + 1))
            );
        for (std::size_t left : {1U, 2U}) {
            const std::array<std::uint64_t, 2> both{words[left], words[left + 1]};
            row.add(base::hash_64(
                std::string_view(reinterpret_cast<const char*>(both.data()), sizeof both),
                TagSeed::pair + left
            ));
        }
        const auto characters = own.ends.size();
        for (std::size_t n = 1; n <= 4 && n <= characters; ++n) {
            const std::string_view lower = own.lower;
            row.add(tag_hash(lower.substr(0, own.ends[n - 1]), TagSeed::front + n));
            const auto from = n == characters ? 0 : own.ends[characters - n - 1];
            row.add(tag_hash(lower.substr(from), TagSeed::back + n));
        }
        row.end();
    }
    rows.sequences.push_back(rows.rows);
}

}  // namespace training
