#include <fmt/format.h>

#include "training/models/model.hpp"

namespace training {

namespace {

std::string table_of(const std::vector<Hyperparameter>& parameters) {
    std::string out =
        "\n| parameter | what it does | default | allowed | searched |\n|---|---|---|---|---|\n";
    for (const auto& p : parameters) {
        std::string searched;
        if (!p.grid.empty() && p.high > p.low)
            searched =
                fmt::format("{} to {}{}", p.low, p.high, p.logarithmic ? ", by its logarithm" : "");
        out += fmt::format(
            "| `{}` | {} | {} | {}{} | {} |\n",
            p.name,
            p.words,
            p.usual,
            allowed_values(p),
            p.whole ? ", whole" : "",
            searched
        );
    }
    return out;
}

std::string table_of_losses() {
    std::string out = "| loss | meaning |\n|---|---|\n";
    for (const auto& word : base::words<Loss>)
        out += fmt::format("| `{}` | {} |\n", word.name, word.meaning);
    return out;
}

}  // namespace

std::string models_reference() {
    std::string page =
        "# Models\n\nMade by `tilth reference models`. `tilth train SNAPSHOT --model NAME --param "
        "PARAMETER=VALUE`; `--model auto` tries the sensible ones for the data. Each gives the "
        "same bits on any number of threads, and learns from weighted rows; those that do not "
        "learn from unsure labels refuse `--labels soft`. Each that learns classes learns sets of "
        "them too; those that need no labels take each row once.\n\n"
        "## Losses\n\nWhat `--loss` lowers where values are learnt.\n\n" +
        table_of_losses();
    for (const auto& name : model_kinds()) {
        const auto& kind = model_kind(name);
        std::string losses;
        for (auto loss : kind.losses)
            losses += (losses.empty() ? "" : ", ") + std::string(base::name_of(loss));
        page += fmt::format(
            "\n## {}\n\n{}{}. It {} from {}{}{}.\n",
            kind.name,
            kind.baseline ? "A baseline, which each training runs first: " : "",
            kind.words,
            kind.learns == Learns::nothing
                ? fmt::format("needs no labels, and says {},", base::meaning_of(kind.finds))
                : fmt::format("learns {}", base::name_of(kind.learns)),
            base::meaning_of(kind.takes),
            kind.soft_labels ? "; unsure labels as they are" : "",
            kind.learns == Learns::classes || kind.losses.size() < 2 ? "" : "; losses: " + losses
        );
        if (!kind.hyperparameters.empty()) page += table_of(kind.hyperparameters);
    }
    return page;
}

}  // namespace training
