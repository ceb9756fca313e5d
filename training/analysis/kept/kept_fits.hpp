#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "training/analysis/content/contents_of_run.hpp"
#include "training/analysis/forecast.hpp"
#include "training/analysis/parts/span_errors.hpp"
#include "training/analysis/slices.hpp"
#include "training/numeric/bytes.hpp"

// What error analysis fitted, as bytes by name, so that a second look at the same run fits nothing
// again. A name says all that its fit depends on besides the run.
namespace training {

class KeptFits {
public:
    KeptFits() = default;
    explicit KeptFits(std::map<std::string, std::string> kept) : kept_(std::move(kept)) {}

    // What was kept under this name, or else what `fit` gives, which is then to be kept. Bytes that
    // cannot be read, as of another program, count as none. What is larger than 256 MB is not kept.
    template <typename Fit>
    auto get(const std::string& name, const Fit& fit) -> decltype(fit()) {
        decltype(fit()) value;
        if (const auto found = kept_.find(name); found != kept_.end() && read(found->second, value))
            return value;
        value = fit();
        Writer out;
        write(out, value);
        auto bytes = out.take();
        if (bytes.size() <= most_bytes) added_[name] = std::move(bytes);
        return value;
    }

    // What is to be kept beside what was.
    const std::map<std::string, std::string>& added() const { return added_; }
    std::size_t used() const { return used_; }  // fits that were taken from what was kept

    static constexpr std::size_t most_bytes = 256U << 20U;

private:
    template <typename Value>
    bool read(const std::string& bytes, Value& value) {
        try {
            Reader in(bytes);
            read_fit(in, value);
            if (!in.done()) return false;
        } catch (const base::Error&) {
            value = {};
            return false;
        }
        ++used_;
        return true;
    }

    static void write(Writer& out, const std::vector<double>& values) { out.list(values); }
    static void write(Writer& out, const std::vector<SizeErrors>& sizes);
    static void write(Writer& out, const RunContents& contents);
    static void write(Writer& out, const std::vector<Slice>& slices);
    static void write(Writer& out, const std::vector<JudgedSpans>& texts);
    static void read_fit(Reader& in, std::vector<double>& values) { values = in.list<double>(); }
    static void read_fit(Reader& in, std::vector<SizeErrors>& sizes);
    static void read_fit(Reader& in, RunContents& contents);
    static void read_fit(Reader& in, std::vector<Slice>& slices);
    static void read_fit(Reader& in, std::vector<JudgedSpans>& texts);

    std::map<std::string, std::string> kept_, added_;
    std::size_t used_ = 0;
};

}  // namespace training
