#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "training/answers/answer_model.hpp"
#include "training/trainer.hpp"

namespace training {

// Answers that are a class for each part of a record: the parts are rows of a model of classes, of
// any kind, with all that such a model has (features, search, class weights). Folds, groups and
// weights are the records'; parts of one record are never divided.
class UnitModel : public AnswerModel {
public:
    explicit UnitModel(AskedQuestion question) : question_(std::move(question)) {}

    Fitted learn(
        const Examples& train,
        const Examples& validation,
        const TrainSpec& spec,
        const OnProgress& progress,
        std::stop_token stop
    ) override;
    std::vector<SaidAnswer> predict(const Examples& examples, std::size_t threads) const override;
    AnswersJudged judge(const Examples& truth, const AnswerJudging& how) const override;
    void save(Writer& out) const override;
    void load(Reader& in) override;

protected:
    // The parts of records as rows, those of one record one after the other.
    struct Units {
        Examples rows;                    // without labels
        std::vector<std::size_t> record;  // by row
        // By row, its class by the place of names(), behind the last none of them; -1: the label
        // does not say. Empty: no labels were given.
        std::vector<int> classes;
        std::size_t unfit = 0;  // records whose label is of other parts than they have now
    };
    virtual Units units_of(const Examples& records) const = 0;
    // One more row, of this record: what the row has besides its features.
    static void add_unit(const Examples& records, std::size_t record, Units& out);
    // Of the parts of one record; `missing`: the record has none.
    virtual SaidAnswer said_of(
        const Examples& records,
        std::size_t record,
        std::span<const std::string> classes
    ) const = 0;
    // The classes that a part may have.
    virtual std::vector<std::string> names() const { return question_.classes; }
    // What a part is called in metrics: "row".
    virtual std::string_view part() const = 0;
    // Of the parts of a record, for people; none: "row 3".
    virtual std::vector<std::string> unit_names(const Examples&, std::size_t) const { return {}; }
    // Whether what is none of the classes is left out of F1, as what is not there to be found.
    virtual bool none_is_nothing() const { return false; }

    const AskedQuestion& question() const { return question_; }
    // What the inner model computes of a part.
    PlainPart plain_unit() const;

private:
    struct Judged;
    // And an empty name for none of them.
    std::vector<std::string> class_names() const;
    PartsProbable probable_of(
        const Examples& truth,
        const Units& units,
        std::span<const double> probabilities
    ) const;

    AskedQuestion question_;
    std::string artefact_;
    std::optional<Predictor> inner_;
};

}  // namespace training
