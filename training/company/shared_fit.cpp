// A job travels as a size, its text (Writer in bytes.hpp), and the arrays of the rows as they lie
// in memory: both ends are this program, on processors that have the same kernels. That is asked
// for, because all members come to each decision of a fit by themselves, from numbers that have to
// be the same to the last bit.
#include "training/company/shared_fit.hpp"

#include <chrono>
#include <filesystem>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

void send_text(Company& company, const std::string& text, std::size_t to) {
    std::uint64_t size = text.size();
    company.send(std::as_bytes(std::span(&size, 1)), to);
    company.send(std::as_bytes(std::span(text)), to);
}

std::string receive_text(Company& company) {
    std::uint64_t size = 0;
    company.receive(std::as_writable_bytes(std::span(&size, 1)), 0);
    std::string text(size, '\0');
    company.receive(std::as_writable_bytes(std::span(text)), 0);
    return text;
}

// Tells one build of the program from another, mostly.
std::uint64_t program_size() {
    std::error_code none;
    return std::filesystem::file_size("/proc/self/exe", none);
}

std::string text_of(const FitJob& job) {
    Writer out;
    out.put(program_size());
    out.text(kernels().name);
    out.text(job.kind);
    out.put<std::uint64_t>(job.params.size());
    for (const auto& [name, value] : job.params) {
        out.text(name);
        out.put(value);
    }
    out.put<std::uint64_t>(job.outputs);
    out.put(job.seed);
    out.put(static_cast<std::uint8_t>(job.loss));
    out.put(job.quantile);
    out.put(static_cast<std::uint8_t>(job.shares));
    out.put<std::uint64_t>(job.threads);
    return out.take();
}

FitJob job_of(const std::string& text) {
    Reader in(text);
    if (in.get<std::uint64_t>() != program_size())
        throw base::Error(
            "program", "the first process has another build of it", "install one on all machines"
        );
    if (const auto theirs = in.text(); theirs != kernels().name)
        throw base::Error(
            "kernels",
            fmt::format(
                "this processor's are '{}', the first process has '{}'", kernels().name, theirs
            ),
            "set TILTH_KERNELS to one that all have: mpirun -x TILTH_KERNELS=portable .."
        );
    FitJob job;
    job.kind = in.text();
    for (auto left = in.get<std::uint64_t>(); left > 0; --left) {
        auto name = in.text();
        job.params[std::move(name)] = in.get<double>();
    }
    job.outputs = in.get<std::uint64_t>();
    job.seed = in.get<std::uint64_t>();
    job.loss = static_cast<Loss>(in.get<std::uint8_t>());
    job.quantile = in.get<double>();
    job.shares = static_cast<Sharing>(in.get<std::uint8_t>());
    job.threads = in.get<std::uint64_t>();
    return job;
}

void send_rows(Company& company, const View& data, std::size_t to) {
    static const Design none;
    const auto& rows = data.rows ? *data.rows : none;
    const auto& picture = rows.picture;
    Writer out;
    for (auto number : {rows.rows, rows.columns, picture.width, picture.height, picture.channels})
        out.put<std::uint64_t>(number);
    out.put<std::uint8_t>(rows.sparse);
    const auto each = [&](const auto& see) {
        see(std::span(rows.values));
        see(std::span(rows.where));
        see(std::span(rows.starts));
        see(std::span(picture.means));
        see(data.classes);
        see(data.targets);
        see(data.weights);
        see(data.soft);
    };
    each([&](auto values) { out.put<std::uint64_t>(values.size()); });
    send_text(company, out.take(), to);
    each([&](auto values) { company.send(std::as_bytes(values), to); });
}

RowSubset receive_rows(Company& company) {
    const auto text = receive_text(company);
    Reader in(text);
    RowSubset out;
    auto& picture = out.rows.picture;
    for (auto* number :
         {&out.rows.rows, &out.rows.columns, &picture.width, &picture.height, &picture.channels})
        *number = in.get<std::uint64_t>();
    out.rows.sparse = in.get<std::uint8_t>() != 0;
    const auto each = [&](const auto& see) {
        see(out.rows.values);
        see(out.rows.where);
        see(out.rows.starts);
        see(picture.means);
        see(out.classes);
        see(out.targets);
        see(out.weights);
        see(out.soft);
    };
    each([&](auto& values) { values.resize(in.get<std::uint64_t>()); });
    each([&](auto& values) { company.receive(std::as_writable_bytes(std::span(values)), 0); });
    return out;
}

RowSubset stretch_of(const View& train, std::size_t member, std::size_t size) {
    const auto from = stretch_begin(train.size(), member, size);
    std::vector<std::uint32_t> chosen(stretch_begin(train.size(), member + 1, size) - from);
    std::iota(chosen.begin(), chosen.end(), static_cast<std::uint32_t>(from));
    return take_part(train, chosen);
}

void take_part_in(Company& company, const std::string& text) {
    const auto job = job_of(text);
    const auto train = receive_rows(company);
    const auto validation = job.shares == Sharing::work ? receive_rows(company) : RowSubset{};
    Team team(job.threads);
    FitContext context{job.seed, {}, {}, &team};
    context.loss = job.loss;
    context.quantile = job.quantile;
    context.company = &company;
    make_model(job.kind, job.params)
        ->take_part(train.view(), validation.view(), job.outputs, context);
}

}  // namespace

RowSubset give_out(Company& company, const FitJob& job, const View& train, const View& validation) {
    const auto text = text_of(job);
    for (std::size_t to = 1; to < company.size(); ++to) {
        send_text(company, text, to);
        if (job.shares == Sharing::rows) {
            send_rows(company, stretch_of(train, to, company.size()).view(), to);
        } else {
            send_rows(company, train, to);
            send_rows(company, validation, to);
        }
    }
    return job.shares == Sharing::rows ? stretch_of(train, 0, company.size()) : RowSubset{};
}

void serve(Company& company) {
    const auto name = fmt::format("process {} of {}", company.rank() + 1, company.size());
    try {
        for (;;) {
            const auto text = receive_text(company);
            if (text.empty()) return;
            take_part_in(company, text);
        }
    } catch (const std::exception& failure) {
        std::this_thread::sleep_for(std::chrono::seconds(5));
        throw base::Error(name, failure.what());
    }
}

void send_home(Company& company) {
    for (std::size_t to = 1; to < company.size(); ++to) send_text(company, "", to);
}

std::string words_of_sharing(
    const Company* company,
    const ModelKind& kind,
    const View& train,
    std::size_t outputs
) {
    if (!company) return "";
    switch (shares_of(kind, train, outputs)) {
        case Sharing::rows:
            return fmt::format(
                "fitted by {} processes, each with a share of the rows", company->size()
            );
        case Sharing::work:
            return fmt::format("fitted by {} processes, each with all rows", company->size());
        case Sharing::nothing:
            break;
    }
    return fmt::format(
        "fitted by one of the {} processes: what {} learns from one row hangs on the rows before, "
        "or there are too few rows or classes",
        company->size(),
        kind.name
    );
}

}  // namespace training
