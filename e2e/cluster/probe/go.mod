module portolan.example/probe

go 1.26
