#include "training/artefact.hpp"

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "training/numeric/bytes.hpp"

namespace training {

namespace {

constexpr std::string_view magic{"tilth-model\n", 12};
// 1: without a preparation; 2: without a signature; 3: without a decision
constexpr std::uint32_t version = 4;

}  // namespace

std::string seal(const std::string& payload) {
    Writer out;
    out.put(version);
    out.put<std::uint64_t>(base::hash_64(payload));
    out.text(payload);
    return std::string(magic) + out.take();
}

std::pair<std::string, std::uint32_t> unseal(std::string_view artefact) {
    if (!artefact.starts_with(magic))
        throw base::Error("model artefact", "not a model of this program");
    Reader in(artefact.substr(magic.size()));
    const auto written = in.get<std::uint32_t>();
    if (written == 0 || written > version) {
        throw base::Error(
            "model artefact",
            "version " + std::to_string(written) + " is newer than version " +
                std::to_string(version) + ", the newest known",
            "use the program that wrote it"
        );
    }
    const auto checksum = in.get<std::uint64_t>();
    auto payload = in.text();
    if (!in.done() || base::hash_64(payload) != checksum) {
        throw base::Error(
            "model artefact",
            "its checksum does not match",
            "train the model again or restore the artefact"
        );
    }
    return {std::move(payload), written};
}

}  // namespace training
