#pragma once

// What people ask of the coordinator, over its local socket or with an operator's certificate. Each call is
// one task of the loop; its thread waits for the answer.

#include <memory>

namespace grpc {
class Service;
}

namespace huizhen::coordinator {

class Coordinator;

class AdminService {
  public:
    // `coordinator` outlives it.
    explicit AdminService(Coordinator& coordinator);
    ~AdminService();

    grpc::Service* service();
    // Ends the calls that watch.
    void close();

  private:
    class Calls;
    std::unique_ptr<Calls> calls_;
};

}  // namespace huizhen::coordinator
