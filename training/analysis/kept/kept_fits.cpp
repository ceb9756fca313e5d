// Fits are kept in the form of artefacts: numbers as they are, to the bit, so that a second look
// says what the first did.
#include "training/analysis/kept/kept_fits.hpp"

namespace training {

namespace {

// A list that has its length before it.
template <typename Value, typename Read>
void read_list(Reader& in, std::vector<Value>& out, const Read& read) {
    const auto count = in.get<std::uint64_t>();
    out.clear();
    for (std::uint64_t i = 0; i < count; ++i) read(out.emplace_back());
}

void write_span(Writer& out, const schema::TextSpan& span) {
    out.put<std::uint64_t>(span.start);
    out.put<std::uint64_t>(span.end);
    out.text(span.label);
}

void read_span(Reader& in, schema::TextSpan& span) {
    span.start = in.get<std::uint64_t>();
    span.end = in.get<std::uint64_t>();
    span.label = in.text();
}

void write_predicate(Writer& out, const SlicePredicate& one) {
    out.text(one.column);
    out.put<std::uint8_t>(static_cast<std::uint8_t>(one.kind));
    out.text(one.text);
    out.put(one.low);
    out.put(one.high);
    out.put<std::uint8_t>(one.from);
    out.text(one.field);
    out.put<std::uint8_t>(one.telling);
}

void read_predicate(Reader& in, SlicePredicate& one) {
    one.column = in.text();
    const auto kind = in.get<std::uint8_t>();
    if (kind > static_cast<std::uint8_t>(SlicePredicate::Kind::missing)) Reader::broken();
    one.kind = static_cast<SlicePredicate::Kind>(kind);
    one.text = in.text();
    one.low = in.get<double>();
    one.high = in.get<double>();
    one.from = in.get<std::uint8_t>() != 0;
    one.field = in.text();
    one.telling = in.get<std::uint8_t>() != 0;
}

}  // namespace

void KeptFits::write(Writer& out, const std::vector<SizeErrors>& sizes) {
    out.put<std::uint64_t>(sizes.size());
    for (const auto& size : sizes) {
        out.put<std::uint64_t>(size.rows);
        out.list(size.errors);
        out.put<std::uint64_t>(size.again.size());
        for (const auto& errors : size.again) out.list(errors);
    }
}

void KeptFits::read_fit(Reader& in, std::vector<SizeErrors>& sizes) {
    read_list(in, sizes, [&](SizeErrors& size) {
        size.rows = in.get<std::uint64_t>();
        size.errors = in.list<double>();
        read_list(in, size.again, [&](auto& errors) { errors = in.list<double>(); });
    });
}

void KeptFits::write(Writer& out, const RunContents& contents) {
    const auto& by = contents.clusters;
    out.put<std::uint64_t>(by.names.size());
    for (const auto& name : by.names) out.text(name);
    out.list(by.kept);
    out.put<std::uint64_t>(by.columns);
    out.put<std::uint64_t>(by.directions.count);
    out.put<std::uint64_t>(by.directions.columns);
    out.list(by.directions.vectors);
    out.list(by.directions.singular);
    out.list(by.directions.mean);
    out.put<std::uint8_t>(by.sparse);
    out.list(by.centres);
    out.put<std::uint8_t>(contents.words.has_value());
    if (contents.words) contents.words->save(out);
}

void KeptFits::read_fit(Reader& in, RunContents& contents) {
    auto& by = contents.clusters;
    read_list(in, by.names, [&](std::string& name) { name = in.text(); });
    by.kept = in.list<std::uint32_t>();
    by.columns = in.get<std::uint64_t>();
    by.directions.count = in.get<std::uint64_t>();
    by.directions.columns = in.get<std::uint64_t>();
    by.directions.vectors = in.list<float>();
    by.directions.singular = in.list<double>();
    by.directions.mean = in.list<float>();
    by.sparse = in.get<std::uint8_t>() != 0;
    by.centres = in.list<float>();
    if (in.get<std::uint8_t>() != 0) contents.words.emplace(HashedTfidf::load(in));
}

void KeptFits::write(Writer& out, const std::vector<Slice>& slices) {
    out.put<std::uint64_t>(slices.size());
    for (const auto& slice : slices) {
        out.put<std::uint64_t>(slice.predicates.size());
        for (const auto& one : slice.predicates) write_predicate(out, one);
        out.text(slice.description);
        out.text(slice.where);
        out.list(slice.rows);
        out.put<std::uint64_t>(slice.errors);
        for (double value :
             {slice.rate,
              slice.interval.low,
              slice.interval.high,
              slice.lift,
              slice.score,
              slice.p_value,
              slice.q_value})
            out.put(value);
    }
}

void KeptFits::read_fit(Reader& in, std::vector<Slice>& slices) {
    read_list(in, slices, [&](Slice& slice) {
        read_list(in, slice.predicates, [&](SlicePredicate& one) { read_predicate(in, one); });
        slice.description = in.text();
        slice.where = in.text();
        slice.rows = in.list<std::uint32_t>();
        slice.errors = in.get<std::uint64_t>();
        for (double* value :
             {&slice.rate,
              &slice.interval.low,
              &slice.interval.high,
              &slice.lift,
              &slice.score,
              &slice.p_value,
              &slice.q_value})
            *value = in.get<double>();
    });
}

void KeptFits::write(Writer& out, const std::vector<JudgedSpans>& texts) {
    out.put<std::uint64_t>(texts.size());
    for (const auto& text : texts) {
        out.put<std::uint64_t>(text.truth.size());
        for (const auto& span : text.truth) write_span(out, span);
        out.put<std::uint64_t>(text.said.spans.size());
        for (const auto& one : text.said.spans) {
            write_span(out, one.span);
            out.put(one.probability);
        }
        out.put(text.said.probability);
        out.list(text.of_truth);
    }
}

void KeptFits::read_fit(Reader& in, std::vector<JudgedSpans>& texts) {
    read_list(in, texts, [&](JudgedSpans& text) {
        read_list(in, text.truth, [&](schema::TextSpan& span) { read_span(in, span); });
        read_list(in, text.said.spans, [&](TaggedText::Found& one) {
            read_span(in, one.span);
            one.probability = in.get<double>();
        });
        text.said.probability = in.get<double>();
        text.of_truth = in.list<double>();
    });
}

}  // namespace training
