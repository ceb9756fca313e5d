#pragma once

namespace CLI {
class App;
}
namespace service {
class Context;
}

namespace app {

// `model test`.
void test_model(CLI::App& model, service::Context& context);

}  // namespace app
