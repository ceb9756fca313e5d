// Only bodies are tagged: labeling shows the body, and its spans count the body's code points.
//
// Features are made text by text in one pass and not kept as texts: the rows of a training are the
// tokens of all of them, and a token has about twenty columns.
#include "training/tagging/span_model.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "training/numeric/linear_scores.hpp"
#include "training/tagging/tag_features.hpp"
#include "training/trainer.hpp"
#include "training/tuning/own_search.hpp"

namespace training {

namespace {

// Texts as rows.
struct SpanRows {
    Design rows;
    std::vector<std::vector<Token>> tokens;  // by text
    std::vector<int> tags;                   // by row, where spans are known
    SpanNotes notes;

    View view() const { return {&rows, tags}; }
};

SpanRows rows_of_texts(
    const Examples& examples,
    int bits,
    const std::vector<std::string>& labels,
    std::stop_token stop = {}
) {
    SpanRows out{token_rows(bits), {}, {}, {}};
    if (examples.rows > 0 && examples.text.empty())
        throw base::Error("spans", "the records have no text", "map a field to their body");
    for (std::size_t i = 0; i < examples.rows; ++i) {
        if (i % 64 == 0 && stop.stop_requested()) throw base::Interrupted();
        const auto body = examples.text[i].body;
        out.tokens.push_back(tokens_of(body));
        add_token_rows(body, out.tokens.back(), bits, out.rows);
        if (examples.spans.empty()) continue;
        const auto tags = tags_of(examples.spans[i], out.tokens.back(), labels, out.notes);
        out.tags.insert(out.tags.end(), tags.begin(), tags.end());
    }
    return out;
}

std::vector<TaggedText>
tagged(const Crf& model, const SpanRows& rows, const std::vector<std::string>& labels, Team& team) {
    const auto tags = model.decode(rows.rows, team);
    const auto shares = model.predict(rows.rows, team);
    const auto width = tag_count(labels.size());
    std::vector<TaggedText> out(rows.tokens.size());
    for (std::size_t text = 0, row = 0; text < out.size(); ++text) {
        const auto& tokens = rows.tokens[text];
        const auto from = tags.begin() + static_cast<std::ptrdiff_t>(row);
        const auto spans =
            spans_of({from, from + static_cast<std::ptrdiff_t>(tokens.size())}, tokens, labels);
        std::size_t next = 0;
        for (std::size_t t = 0; t < tokens.size(); ++t, ++row) {
            const double share = shares[row * width + static_cast<std::size_t>(tags[row])];
            out[text].probability *= share;
            if (next < spans.size() && tokens[t].start == spans[next].start)
                out[text].spans.push_back({spans[next], 1});
            if (next >= spans.size() || tokens[t].start < spans[next].start) continue;
            auto& own = out[text].spans.back().probability;
            own = std::min(own, share);
            if (tokens[t].end >= spans[next].end) ++next;
        }
    }
    return out;
}

// The texts at `chosen`, as rows.
SpanRows some_texts(const SpanRows& all, const std::vector<std::size_t>& chosen, int bits) {
    SpanRows out{token_rows(bits), {}, {}, {}};
    for (auto text : chosen) {
        for (auto row = all.rows.sequences[text]; row < all.rows.sequences[text + 1]; ++row) {
            const auto from = static_cast<std::ptrdiff_t>(all.rows.starts[row]);
            const auto to = static_cast<std::ptrdiff_t>(all.rows.starts[row + 1]);
            auto& where = out.rows.where;
            where.insert(where.end(), all.rows.where.begin() + from, all.rows.where.begin() + to);
            out.rows.values.resize(where.size(), 1.0F);
            out.rows.starts.push_back(where.size());
            ++out.rows.rows;
            out.tags.push_back(all.tags[row]);
        }
        out.rows.sequences.push_back(out.rows.rows);
    }
    return out;
}

// The rows of a training, and fits to them.
struct Training {
    const TrainSpec& spec;
    const std::vector<std::string>& labels;
    int bits = 18;
    const SpanRows& learnt;
    const SpanRows& judged;
    const Examples& validation;
    std::stop_token stop;

    std::unique_ptr<Crf> fitted(const Params& params, const View& rows, Team& team, OnProgress tell)
        const {
        auto model = make_model("crf", params);
        const FitContext context{spec.seed, stop, std::move(tell), &team};
        const auto held_out = validation.rows > 0 ? judged.view() : View{};
        model->fit(rows, held_out, tag_count(labels.size()), context);
        return std::unique_ptr<Crf>(static_cast<Crf*>(model.release()));
    }

    // 1 - F1 on validation, learnt from the trial's share of the texts.
    double cost(const Trial& trial, std::vector<Progress>& curve) const {
        Team one(1);
        SpanRows part;
        const bool all = trial.fraction >= 1;
        if (!all) {
            std::vector<std::size_t> some;
            for (std::size_t i = 0; i < learnt.tokens.size(); ++i)
                if (in_fraction(i, trial.fraction)) some.push_back(i);
            part = some_texts(learnt, some, bits);
        }
        const auto note = [&](const Progress& now) { curve.push_back(now); };
        const auto model = fitted(trial.params, all ? learnt.view() : part.view(), one, note);
        return 1 - exact_f1(tagged(*model, judged, labels, one), validation);
    }
};

}  // namespace

std::vector<schema::TextSpan> TaggedText::bare() const {
    std::vector<schema::TextSpan> out;
    for (const auto& one : spans) out.push_back(one.span);
    return out;
}

double exact_f1(const std::vector<TaggedText>& said, const Examples& truth) {
    schema::Overlap sum;
    for (std::size_t i = 0; i < said.size(); ++i) {
        const auto one = schema::exact_overlap(said[i].bare(), truth.spans[i]);
        sum.common += one.common;
        sum.first += one.first;
        sum.second += one.second;
    }
    return sum.first + sum.second == 0 ? 1 : 2 * sum.common / (sum.first + sum.second);
}

SpanModel::Fitted SpanModel::learn(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    Team& team,
    const OnProgress& progress,
    std::stop_token stop
) {
    labels_ = train.class_names;
    if (labels_.empty()) throw base::Error("spans", "the project has no classes");
    if (labels_.size() > 1000)
        throw base::Error("spans", "more than 1,000 classes", "merge some of them");
    bits_ = std::clamp(spec.features.text.bits, 10, 22);
    if (progress) progress({"features", 0, train.rows, 0, {}});
    const auto learnt = rows_of_texts(train, bits_, labels_, stop);
    if (learnt.rows.rows == 0) throw base::Error("training", "no text has a word");
    const auto judged = rows_of_texts(validation, bits_, labels_, stop);
    const Training training{spec, labels_, bits_, learnt, judged, validation, stop};
    Fitted out;
    out.params = complete("crf", spec.params);
    out.columns = learnt.rows.columns;
    out.notes = learnt.notes;
    const auto cost = [&](const Trial& trial, std::vector<Progress>& curve) {
        return training.cost(trial, curve);
    };
    out.trials = search_by_validation("crf", spec, validation.rows, team.threads(), cost, progress);
    if (!out.trials.empty()) out.params = best_trial(out.trials).params;
    model_ = training.fitted(out.params, learnt.view(), team, progress);
    return out;
}

std::vector<TaggedText> SpanModel::predict(const Examples& examples, Team& team) const {
    auto plain = examples;
    plain.spans.clear();
    return tagged(*model_, rows_of_texts(plain, bits_, labels_), labels_, team);
}

std::vector<std::vector<double>> SpanModel::probabilities(const Examples& examples, Team& team)
    const {
    auto plain = examples;
    plain.spans.clear();
    const auto texts = rows_of_texts(plain, bits_, labels_);
    const auto shares = model_->predict(texts.rows, team);
    const auto width = tag_count(labels_.size());
    std::vector<std::vector<double>> out;
    for (std::size_t text = 0; text < examples.rows; ++text) {
        auto& own = out.emplace_back();
        for (const auto& span : examples.spans[text]) {
            SpanNotes notes;
            if (std::find(labels_.begin(), labels_.end(), span.label) == labels_.end()) {
                own.push_back(std::nan(""));
                continue;
            }
            const auto tags = tags_of({span}, texts.tokens[text], labels_, notes);
            double least = std::nan("");
            for (std::size_t t = 0; t < tags.size(); ++t) {
                if (tags[t] == 0) continue;
                const auto at = texts.rows.sequences[text] + t;
                least = std::fmin(least, shares[at * width + static_cast<std::size_t>(tags[t])]);
            }
            own.push_back(least);
        }
    }
    return out;
}

void SpanModel::save(Writer& out) const {
    out.put<std::int32_t>(bits_);
    model_->save(out);
}

void SpanModel::load(Reader& in, std::vector<std::string> labels) {
    labels_ = std::move(labels);
    bits_ = in.get<std::int32_t>();
    if (bits_ < 10 || bits_ > 22 || labels_.empty()) Reader::broken();
    model_ = std::make_unique<Crf>(complete("crf", {}));
    model_->load(in);
    if (model_->tags() != tag_count(labels_.size()) || model_->features() != std::size_t{1}
                                                                                 << bits_)
        Reader::broken();
}

}  // namespace training
