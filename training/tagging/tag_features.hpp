#pragma once

#include <string_view>
#include <vector>

#include "training/numeric/design.hpp"
#include "training/tagging/tokens.hpp"

namespace training {

// What a tagger sees of each token, hashed into 2^bits columns: the token as it is and in lower
// case, those two before and behind it, pairs of neighbours, the first and last one to four
// characters, shapes (Xxx-99), and whether a line begins (after Ratinov and Roth 2009, section 3,
// and Lample and others' baselines). Rows follow the tokens of the texts; Design::sequences says
// where each text begins.
void add_token_rows(
    std::string_view utf8,
    const std::vector<Token>& tokens,
    int bits,
    Design& rows
);
// No rows yet.
Design token_rows(int bits);

}  // namespace training
