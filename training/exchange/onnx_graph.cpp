// The one place that knows ONNX's protobuf. Names of values within are "tilth/N", so that no column
// can have one of them. Numbers are double up to the features, as they are in ColumnFeatures, since
// float would move thresholds of trees.
#include "training/exchange/onnx_graph.hpp"

#include <algorithm>
#include <sstream>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include "base/error.hpp"

namespace training {

namespace {

int code_of(OnnxGraph::Type type) {
    switch (type) {
        case OnnxGraph::Type::real32:
            return onnx::TensorProto::FLOAT;
        case OnnxGraph::Type::real64:
            return onnx::TensorProto::DOUBLE;
        case OnnxGraph::Type::uint8:
            return onnx::TensorProto::UINT8;
        case OnnxGraph::Type::int64:
            return onnx::TensorProto::INT64;
        case OnnxGraph::Type::text:
            return onnx::TensorProto::STRING;
        case OnnxGraph::Type::truth:
            break;
    }
    return onnx::TensorProto::BOOL;
}

void describe(
    onnx::ValueInfoProto& info,
    const std::string& name,
    OnnxGraph::Type type,
    std::size_t columns
) {
    info.set_name(name);
    auto* tensor = info.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(code_of(type));
    tensor->mutable_shape()->add_dim()->set_dim_param("N");
    if (columns > 0)
        tensor->mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(columns));
}

onnx::AttributeProto&
attribute(onnx::NodeProto& node, const char* name, onnx::AttributeProto::AttributeType type) {
    auto* made = node.add_attribute();
    made->set_name(name);
    made->set_type(type);
    return *made;
}

void set_ints(onnx::NodeProto& node, const char* name, std::span<const std::int64_t> values) {
    auto& made = attribute(node, name, onnx::AttributeProto::INTS);
    for (auto value : values) made.add_ints(value);
}
void set_int(onnx::NodeProto& node, const char* name, std::int64_t value) {
    attribute(node, name, onnx::AttributeProto::INT).set_i(value);
}
void set_floats(onnx::NodeProto& node, const char* name, std::span<const float> values) {
    auto& made = attribute(node, name, onnx::AttributeProto::FLOATS);
    for (auto value : values) made.add_floats(value);
}
void set_float(onnx::NodeProto& node, const char* name, float value) {
    attribute(node, name, onnx::AttributeProto::FLOAT).set_f(value);
}
void set_texts(onnx::NodeProto& node, const char* name, std::span<const std::string> values) {
    auto& made = attribute(node, name, onnx::AttributeProto::STRINGS);
    for (const auto& value : values) made.add_strings(value);
}
void set_text(onnx::NodeProto& node, const char* name, const std::string& value) {
    attribute(node, name, onnx::AttributeProto::STRING).set_s(value);
}

template <typename T>
std::string fill(
    onnx::TensorProto& tensor,
    onnx::TensorProto::DataType type,
    const std::string& name,
    std::span<const std::size_t> shape,
    std::span<const T> values
) {
    tensor.set_data_type(type);
    tensor.set_name(name);
    for (auto size : shape) tensor.add_dims(static_cast<std::int64_t>(size));
    tensor.set_raw_data(values.data(), values.size_bytes());
    return name;
}

}  // namespace

OnnxGraph::OnnxGraph() : model_(std::make_unique<onnx::ModelProto>()) {
    model_->set_ir_version(8);
    model_->set_producer_name("tilth");
    auto* standard = model_->add_opset_import();
    standard->set_domain("");
    standard->set_version(15);
    auto* learning = model_->add_opset_import();
    learning->set_domain("ai.onnx.ml");
    learning->set_version(2);
    graph_ = model_->mutable_graph();
    graph_->set_name("model");
}

OnnxGraph::~OnnxGraph() = default;

std::string OnnxGraph::fresh() {
    return "tilth/" + std::to_string(++made_);
}

std::string OnnxGraph::input(const std::string& name, Type type, std::size_t columns) {
    describe(*graph_->add_input(), name, type, columns);
    return name;
}

void OnnxGraph::output(
    const std::string& value,
    const std::string& name,
    Type type,
    std::size_t columns
) {
    auto free = name;
    const auto is_input = [&] {
        for (const auto& input : graph_->input())
            if (input.name() == free) return true;
        return false;
    };
    while (is_input()) free += "_";
    auto* made = graph_->add_node();
    made->set_op_type("Identity");
    made->add_input(value);
    made->add_output(free);
    describe(*graph_->add_output(), free, type, columns);
}

std::string OnnxGraph::constant(double value) {
    auto& tensor = *graph_->add_initializer();
    const std::span<const double> one(&value, 1);
    return fill(tensor, onnx::TensorProto::DOUBLE, fresh(), {}, one);
}

std::string OnnxGraph::row(std::span<const double> values) {
    return matrix(values, values.size());
}
std::string OnnxGraph::row32(std::span<const float> values) {
    return matrix32(values, values.size());
}

std::string OnnxGraph::matrix(std::span<const double> values, std::size_t columns) {
    auto& tensor = *graph_->add_initializer();
    const std::size_t shape[] = {values.size() / columns, columns};
    return fill(tensor, onnx::TensorProto::DOUBLE, fresh(), shape, values);
}

std::string OnnxGraph::matrix32(std::span<const float> values, std::size_t columns) {
    const std::size_t shape[] = {values.size() / columns, columns};
    return tensor32(values, shape);
}

std::string OnnxGraph::tensor32(std::span<const float> values, std::span<const std::size_t> shape) {
    auto& tensor = *graph_->add_initializer();
    return fill(tensor, onnx::TensorProto::FLOAT, fresh(), shape, values);
}

std::string OnnxGraph::whole(std::vector<std::int64_t> values) {
    auto& tensor = *graph_->add_initializer();
    const std::size_t shape[] = {values.size()};
    const std::span<const std::int64_t> all(values);
    return fill(tensor, onnx::TensorProto::INT64, fresh(), shape, all);
}

onnx::NodeProto& OnnxGraph::node(std::string_view type, std::initializer_list<std::string> inputs) {
    auto* made = graph_->add_node();
    made->set_op_type(std::string(type));
    for (const auto& name : inputs) made->add_input(name);
    made->add_output(fresh());
    return *made;
}

std::string OnnxGraph::op(std::string_view type, std::initializer_list<std::string> inputs) {
    return node(type, inputs).output(0);
}

std::string OnnxGraph::cast(const std::string& value, Type to) {
    auto& made = node("Cast", {value});
    set_int(made, "to", code_of(to));
    return made.output(0);
}

std::string OnnxGraph::softmax(const std::string& value) {
    auto& made = node("Softmax", {value});
    set_int(made, "axis", -1);
    return made.output(0);
}

std::string OnnxGraph::concat(const std::vector<std::string>& parts) {
    if (parts.size() == 1) return parts.front();
    auto& made = node("Concat", {});
    for (const auto& part : parts) made.add_input(part);
    set_int(made, "axis", 1);
    return made.output(0);
}

std::string OnnxGraph::argmax(const std::string& value) {
    auto& made = node("ArgMax", {value});
    set_int(made, "axis", 1);
    set_int(made, "keepdims", 0);
    return made.output(0);
}

std::string OnnxGraph::turned(const std::string& value, std::span<const std::int64_t> axes) {
    auto& made = node("Transpose", {value});
    set_ints(made, "perm", axes);
    return made.output(0);
}

std::string
OnnxGraph::conv(const std::string& value, const std::string& weights, const std::string& bias) {
    auto& made = node("Conv", {value, weights, bias});
    set_ints(made, "kernel_shape", std::vector<std::int64_t>{3, 3});
    set_ints(made, "pads", std::vector<std::int64_t>{1, 1, 1, 1});
    return made.output(0);
}

std::string OnnxGraph::pooled(const std::string& value) {
    auto& made = node("MaxPool", {value});
    set_ints(made, "kernel_shape", std::vector<std::int64_t>{2, 2});
    set_ints(made, "strides", std::vector<std::int64_t>{2, 2});
    set_int(made, "ceil_mode", 1);
    return made.output(0);
}

std::string OnnxGraph::sum(const std::string& value) {
    return node("ReduceSum", {value, whole({1})}).output(0);
}

std::string OnnxGraph::largest(const std::string& value) {
    auto& made = node("ReduceMax", {value});
    set_ints(made, "axes", std::vector<std::int64_t>{1});
    return made.output(0);
}

std::string OnnxGraph::at(const std::string& value, const std::string& where) {
    auto& made = node("GatherElements", {value, op("Unsqueeze", {where, whole({1})})});
    set_int(made, "axis", 1);
    return op("Squeeze", {made.output(0), whole({1})});
}

std::string OnnxGraph::numbers_of(
    const std::string& value,
    const std::vector<std::string>& texts,
    const std::vector<float>& numbers,
    float other
) {
    auto& made = node("LabelEncoder", {value});
    made.set_domain("ai.onnx.ml");
    set_texts(made, "keys_strings", texts);
    set_floats(made, "values_floats", numbers);
    set_float(made, "default_float", other);
    return cast(made.output(0), Type::real64);
}

std::string OnnxGraph::words_of(const std::string& value, const std::string& pattern, bool lower) {
    auto texts = op("Squeeze", {value, whole({1})});
    if (lower) {
        auto& lowered = node("StringNormalizer", {texts});
        set_text(lowered, "case_change_action", "LOWER");
        set_text(lowered, "locale", "C.UTF-8");
        texts = lowered.output(0);
    }
    if (model_->opset_import_size() == 2) {
        auto* runtime = model_->add_opset_import();
        runtime->set_domain("com.microsoft");
        runtime->set_version(1);
    }
    auto& made = node("Tokenizer", {texts});
    made.set_domain("com.microsoft");
    set_int(made, "mark", 0);
    set_int(made, "mincharnum", 1);
    set_text(made, "pad_value", " ");  // in no n-gram
    set_text(made, "tokenexp", pattern);
    return made.output(0);
}

std::string OnnxGraph::counts_of(const std::string& words, const std::vector<std::string>& grams) {
    std::vector<std::vector<std::int64_t>> by_length;  // which grams have 1, 2, .. words
    for (std::size_t i = 0; i < grams.size(); ++i) {
        const auto blanks = std::count(grams[i].begin(), grams[i].end(), ' ');
        const auto length = static_cast<std::size_t>(blanks);
        if (by_length.size() <= length) by_length.resize(length + 1);
        by_length[length].push_back(static_cast<std::int64_t>(i));
    }
    std::vector<std::string> pool;
    std::vector<std::int64_t> starts, places;
    for (const auto& some : by_length) {
        starts.push_back(static_cast<std::int64_t>(pool.size()));
        for (auto gram : some) {
            places.push_back(gram);
            std::istringstream parts(grams[static_cast<std::size_t>(gram)]);
            for (std::string word; std::getline(parts, word, ' ');) pool.push_back(word);
        }
    }
    auto& made = node("TfIdfVectorizer", {words});
    set_text(made, "mode", "TF");
    set_int(made, "min_gram_length", 1);
    set_int(made, "max_gram_length", static_cast<std::int64_t>(by_length.size()));
    set_int(made, "max_skip_count", 0);
    set_ints(made, "ngram_counts", starts);
    set_ints(made, "ngram_indexes", places);
    set_texts(made, "pool_strings", pool);
    return made.output(0);
}

std::string OnnxGraph::columns_at(const std::string& value, std::vector<std::int64_t> places) {
    auto& made = node("Gather", {value, whole(std::move(places))});
    set_int(made, "axis", 1);
    return made.output(0);
}

std::string OnnxGraph::mapped(
    const std::string& value,
    const std::vector<double>& from,
    const std::vector<double>& to,
    double other
) {
    if (from.empty()) return op("Add", {op("Mul", {value, constant(0)}), constant(other)});
    const std::vector<float> keys(from.begin(), from.end()), values(to.begin(), to.end());
    auto& made = node("LabelEncoder", {cast(value, Type::real32)});
    made.set_domain("ai.onnx.ml");
    set_floats(made, "keys_floats", keys);
    set_floats(made, "values_floats", values);
    set_float(made, "default_float", static_cast<float>(other));
    return cast(made.output(0), Type::real64);
}

std::string OnnxGraph::texts_of(const std::string& value, const std::vector<std::string>& texts) {
    std::vector<std::int64_t> keys(texts.size());
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = static_cast<std::int64_t>(i);
    auto& made = node("LabelEncoder", {value});
    made.set_domain("ai.onnx.ml");
    set_ints(made, "keys_int64s", keys);
    set_texts(made, "values_strings", texts);
    set_text(made, "default_string", "");
    return made.output(0);
}

std::string
OnnxGraph::trees(const std::string& value, const Nodes& nodes, std::span<const float> base) {
    auto& made = node("TreeEnsembleRegressor", {value});
    made.set_domain("ai.onnx.ml");
    set_text(made, "aggregate_function", "SUM");
    set_text(made, "post_transform", "NONE");
    set_int(made, "n_targets", static_cast<std::int64_t>(base.size()));
    set_floats(made, "base_values", base);
    set_ints(made, "nodes_treeids", nodes.tree);
    set_ints(made, "nodes_nodeids", nodes.node);
    set_ints(made, "nodes_featureids", nodes.feature);
    set_ints(made, "nodes_truenodeids", nodes.yes);
    set_ints(made, "nodes_falsenodeids", nodes.no);
    set_ints(made, "nodes_missing_value_tracks_true", nodes.missing_yes);
    set_floats(made, "nodes_values", nodes.value);
    set_texts(made, "nodes_modes", nodes.mode);
    set_ints(made, "target_treeids", nodes.leaf_tree);
    set_ints(made, "target_nodeids", nodes.leaf_node);
    set_ints(made, "target_ids", nodes.leaf_margin);
    set_floats(made, "target_weights", nodes.leaf_value);
    return cast(made.output(0), Type::real64);
}

void OnnxGraph::note(const std::string& key, const std::string& value) {
    auto* entry = model_->add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
}

// In one order, so that the same model gives the same bytes.
std::string OnnxGraph::bytes() {
    std::string out;
    {
        google::protobuf::io::StringOutputStream stream(&out);
        google::protobuf::io::CodedOutputStream coded(&stream);
        coded.SetSerializationDeterministic(true);
        if (model_->ByteSizeLong() > std::size_t{2'000'000'000} ||
            !model_->SerializeToCodedStream(&coded))
            throw base::Error(
                "onnx", "the model is larger than the format allows", "train one of fewer features"
            );
    }
    return out;
}

}  // namespace training
