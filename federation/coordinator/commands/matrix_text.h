#pragma once

// Models and how they were judged, in words.

#include <string>

namespace huizhen::federation::v1 {
class ListModelsReply;
class Matrix;
class ModelVersion;
}  // namespace huizhen::federation::v1

namespace huizhen::coordinator {

std::string models_text(const federation::v1::ListModelsReply& reply);
std::string model_text(const federation::v1::ModelVersion& model);
std::string matrix_text(const federation::v1::Matrix& matrix);

}  // namespace huizhen::coordinator
