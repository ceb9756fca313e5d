#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "schema/labels/spans.hpp"
#include "training/snapshots/examples.hpp"
#include "training/tagging/sequence_tagger.hpp"
#include "training/tagging/tokens.hpp"
#include "training/tuning/tune.hpp"

namespace training {

struct TrainSpec;

// What a text was found to hold. How probable a span is, is how probable the least probable tag of
// it is; the whole: that all tags of the text are as they are said, as far as its words are
// independent of each other.
struct TaggedText {
    struct Found {
        schema::TextSpan span;
        double probability = 0;
    };
    std::vector<Found> spans;
    double probability = 1;

    std::vector<schema::TextSpan> bare() const;
};

// A tagger of the bodies of texts: features of their tokens, and the model over them.
class SpanModel {
public:
    struct Fitted {
        Params params;
        std::vector<Trial> trials;
        std::size_t columns = 0;
        SpanNotes notes;  // of the training rows
    };
    // `train` and `validation` have spans (Examples::spans); a search needs a validation part and
    // lowers 1 - F1 of exact spans there. Throws base::Error in one line for labels or texts that
    // are missing, base::Interrupted at a stop.
    Fitted learn(
        const Examples& train,
        const Examples& validation,
        const TrainSpec& spec,
        Team& team,
        const OnProgress& progress,
        std::stop_token stop
    );
    std::vector<TaggedText> predict(const Examples& examples, Team& team) const;
    // Of spans that are given (Examples::spans): how probable the least probable tag of each is;
    // NaN where tags cannot say it.
    std::vector<std::vector<double>> probabilities(const Examples& examples, Team& team) const;

    const std::vector<std::string>& labels() const { return labels_; }
    void save(Writer& out) const;
    // `labels` as they were when it was learnt.
    void load(Reader& in, std::vector<std::string> labels);

private:
    std::vector<std::string> labels_;
    int bits_ = 18;
    std::unique_ptr<Crf> model_;
};

// Of all spans of texts: exact in place and label, twice what is common over the sum of both.
double exact_f1(const std::vector<TaggedText>& said, const Examples& truth);

}  // namespace training
