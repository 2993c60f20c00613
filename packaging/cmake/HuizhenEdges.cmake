# Who may link whom: "target: the huizhen targets it may name". Anything else stops the configure step.
# The drawing this follows is in README.md, "The shape of the code".
set(HUIZHEN_EDGES
  "base:"
  "tensor: base"
  "backend_reference: base tensor"
  "backend_cpu: base tensor"
  "nn: base tensor"
  "model: base tensor nn"
  "training: base tensor nn model"
  "explain: base tensor nn model"
  "clinical: base"
  "volume: base"
  "lung: base volume"
  "dicom: base volume"
  "render: base volume"
  "files: base"
  "database: base files"
  "vault: base files"
  "objects: base files vault"
  "secure_aggregation: base"
  "privacy: base"
  "node: base tensor backend_reference backend_cpu nn model training explain clinical volume lung dicom render"
)
