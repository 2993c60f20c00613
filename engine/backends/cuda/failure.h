#pragma once

// How a failed call travels inside this plugin: thrown where it happens, turned into a status code and words
// at the C interface (backend.cpp). Nothing is thrown across that.

#include <stdexcept>
#include <string>

#include <huizhen/tensor/backend_arguments.h>

namespace huizhen::engine::cuda {

class Failure : public std::runtime_error {
  public:
    Failure(int status, const std::string& words) : std::runtime_error(words), status_(status) {}
    int status() const { return status_; }

  private:
    int status_;
};

}  // namespace huizhen::engine::cuda
