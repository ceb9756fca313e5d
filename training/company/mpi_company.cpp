// Waiting is done here and not by MPI, whose calls spin without end: a helper waits for minutes
// while the first process reads the database, and on a machine with more processes than processors
// each that spins holds up the one that it waits for. So there are a few rounds of spinning, which
// is what a step of a fit takes, then the processor is given away, and at last there is sleep.
//
// A process that ends without MPI_Finalize is to mpirun one that failed, and it ends all others:
// that is how a broken company ends.
#include "training/company/mpi_company.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <fmt/format.h>
#include <cstdlib>

#include "base/error.hpp"
#include "training/company/mpi_calls.hpp"
#include "training/company/shared_fit.hpp"

namespace training {

namespace fs = std::filesystem;

namespace {

constexpr auto module_name = "libtilth_mpi.so";
constexpr auto mpi_name = "libmpi.so.40";  // of Open MPI 4 and 5

int said_by_mpirun(const char* name) {
    const char* value = std::getenv(name);
    return value ? std::atoi(value) : 0;
}

std::vector<std::string> places() {
    if (const char* said = std::getenv("TILTH_MPI")) return {said};
    std::error_code none;
    const auto folder = fs::read_symlink("/proc/self/exe", none).parent_path();
    return {
        (folder / module_name).string(),
        (folder.parent_path() / "lib" / "tilth" / module_name).string()};
}

// nullptr, and why in `fault`.
const MpiCalls* open_module(std::string& fault) {
    // Its plugins look for the library's names among those that all see.
    if (!::dlopen(mpi_name, RTLD_NOW | RTLD_GLOBAL)) {
        fault = fmt::format("mpirun started this, and {} is not here", mpi_name);
        return nullptr;
    }
    std::string tried;
    for (const auto& place : places()) {
        void* handle = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!handle) {
            tried += (tried.empty() ? "" : ", ") + place;
            continue;
        }
        const auto find = std::bit_cast<const MpiCalls* (*)()>(::dlsym(handle, mpi_calls_name));
        const auto* calls = find ? find() : nullptr;
        if (calls && calls->version == mpi_calls_version) return calls;
        fault = place + " is of another version than this program";
        return nullptr;
    }
    fault = "the module that speaks MPI is not at " + tried;
    return nullptr;
}

class MpiCompany final : public Company {
public:
    explicit MpiCompany(const MpiCalls& calls) : calls_(calls) {
        int rank = 0, size = 0;
        calls_.join(&rank, &size);
        rank_ = static_cast<std::size_t>(rank);
        size_ = static_cast<std::size_t>(size);
    }

    std::size_t size() const override { return size_; }
    std::size_t rank() const override { return rank_; }

    void sum(std::span<double> values) override {
        in_pieces(values, [&](std::span<double> some, int count) {
            calls_.sum_doubles(some.data(), count);
        });
    }
    void sum(std::span<float> values) override {
        in_pieces(values, [&](std::span<float> some, int count) {
            calls_.sum_floats(some.data(), count);
        });
    }
    void tell(std::span<std::byte> bytes, std::size_t from) override {
        in_pieces(bytes, [&](std::span<std::byte> some, int count) {
            calls_.tell(some.data(), count, static_cast<int>(from));
        });
    }
    void send(std::span<const std::byte> bytes, std::size_t to) override {
        in_pieces(bytes, [&](std::span<const std::byte> some, int count) {
            calls_.send(some.data(), count, static_cast<int>(to));
        });
    }
    void receive(std::span<std::byte> bytes, std::size_t from) override {
        in_pieces(bytes, [&](std::span<std::byte> some, int count) {
            calls_.receive(some.data(), count, static_cast<int>(from));
        });
    }
    void end() { calls_.end(); }

private:
    template <typename T, typename Begin>
    void in_pieces(std::span<T> values, const Begin& begin) {
        constexpr std::size_t most = std::size_t{1} << 28;
        for (std::size_t at = 0; at < values.size(); at += most) {
            const auto some = values.subspan(at, std::min(most, values.size() - at));
            begin(some, static_cast<int>(some.size()));
            wait();
        }
    }

    void wait() {
        constexpr int spins = 2000, yields = 20'000;
        for (int round = 0; !calls_.done(); ++round) {
            if (round < spins) continue;
            if (stop().stop_requested()) {
                leave();
                throw base::Interrupted();
            }
            if (round < yields) {
                std::this_thread::yield();
            } else {
                round = yields;
                std::this_thread::sleep_for(std::chrono::microseconds(200));
            }
        }
    }

    const MpiCalls& calls_;
    std::size_t rank_ = 0, size_ = 1;
};

std::unique_ptr<MpiCompany>& joined() {
    static std::unique_ptr<MpiCompany> one;
    return one;
}

}  // namespace

bool is_mpi_helper() {
    return said_by_mpirun("OMPI_COMM_WORLD_RANK") > 0;
}

bool has_mpi_helpers() {
    return said_by_mpirun("OMPI_COMM_WORLD_SIZE") > 1 && !is_mpi_helper();
}

void join_mpi() {
    if (!has_mpi_helpers()) return;
    std::string fault;
    const auto* calls = open_module(fault);
    if (!calls)
        throw base::Error(
            "MPI", fault, "install it (docs/training.md), name it by TILTH_MPI, or leave mpirun out"
        );
    joined() = std::make_unique<MpiCompany>(*calls);
    // What this process starts is no member.
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"}) ::unsetenv(name);
}

Company* company_of_process() {
    return joined().get();
}

bool end_mpi() {
    if (!joined()) return true;
    if (joined()->broken()) return false;
    joined()->watch({});
    send_home(*joined());
    joined()->end();
    joined().reset();
    return true;
}

bool serve_mpi() {
    std::string fault;
    const auto* calls = open_module(fault);
    if (!calls) return false;
    MpiCompany company(*calls);
    serve(company);
    company.end();
    return true;
}

}  // namespace training
